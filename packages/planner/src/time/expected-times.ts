// Expects the time of a product of any size from a table of measured times.
import { assertType } from '@gcompress/core/checks';
import { type FittedCosts, fittedCosts, workOf } from './fitted-costs.ts';
import { assertProductSize, assertTimeTable, type ProductSize, type TimeTable } from './time-table.ts';

/** A time with its standard deviation, in milliseconds. */
export interface ExpectedTime {
  readonly milliseconds: number;
  readonly deviation: number;
}

/** Expected times of products on the backend of a table. */
export interface ExpectedTimes {
  /** Names of the forms in the table. */
  readonly forms: readonly string[];
  /**
   * The time of a product in one of the forms; undefined for a form that the table lacks.
   *
   * @throws GCompressError `invalid-option` and `unknown-option` for anything but a size.
   */
  expect(form: string, size: ProductSize): ExpectedTime | undefined;
}

const WHERE = 'expectedTimes';

/**
 * Expects times between and beyond the measured sizes: as a sum of costs of the call, of multiply-adds, of bytes and of values, which are fitted to
 * the table. The deviation is that of the measured times from the fit.
 *
 * @param table of {@link measureTimes}.
 * @throws GCompressError `invalid-option` and `unknown-option` for anything but a table.
 */
export function expectedTimes(table: TimeTable): ExpectedTimes {
  assertTimeTable(WHERE, table);
  const fitted = new Map<string, FittedCosts>(
    Object.entries(table.forms).map(([form, sizes]) => [form, fittedCosts(sizes)]),
  );
  return {
    forms: [...fitted.keys()],
    expect: (form, size) => {
      assertType(WHERE, 'form', form, 'string');
      assertProductSize(WHERE, size);
      const known = fitted.get(form);
      if (!known) return undefined;
      const milliseconds = workOf(size).reduce((sum, work, i) => sum + work * known.costs[i], 0);
      return { milliseconds, deviation: known.deviation * milliseconds };
    },
  };
}
