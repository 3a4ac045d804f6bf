// The measured times of products on one backend, as JSON.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';

/** The size of a product `x [rows, inputs] · W [inputs, outputs]`. */
export type ProductSize = {
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Bytes of the weights as the product reads them. Default: those of float32, `4 · inputs · outputs`. */
  readonly bytes?: number;
};

/** A product that was measured. */
export type TimedSize = ProductSize & { readonly bytes: number; readonly milliseconds: number };

/**
 * Times of products on one backend. The name of a form is `'dense'`, or the id of a format whose kernel multiplies by the stored form, such as
 * `'kmeans'`. It is plain JSON, so that it can be measured on one machine and used on another.
 */
export type TimeTable = {
  /** The backend, and whatever else tells this table from others: `'wasm, one thread'`. */
  readonly backend: string;
  readonly forms: { readonly [form: string]: readonly TimedSize[] };
};

/** The fewest sizes of a form, one more than the costs that are fitted to them. */
export const LEAST_SIZES = 6;

/**
 * Refuses anything but a table with enough sizes of each form.
 *
 * @throws GCompressError `invalid-option` and `unknown-option`.
 */
export function assertTimeTable(where: string, table: unknown): asserts table is TimeTable {
  assertKnownOptions(where, table, ['backend', 'forms']);
  const { backend, forms } = table as TimeTable;
  assertType(where, 'backend', backend, 'string');
  assertType(where, 'forms', forms, 'object', 'Pass the table of measureTimes.');
  for (const [form, sizes] of Object.entries(forms as Readonly<Record<string, unknown>>)) {
    const place = `${where} '${form}'`;
    if (!Array.isArray(sizes) || sizes.length < LEAST_SIZES) {
      const actual = Array.isArray(sizes) ? `${sizes.length}` : describeValue(sizes);
      throw new GCompressError('invalid-option', { where: place, expected: `at least ${LEAST_SIZES} sizes`, actual });
    }
    for (const size of sizes as readonly TimedSize[]) {
      assertProductSize(place, size, ['milliseconds']);
      assertNumber(place, 'bytes', size.bytes, { above: 0, max: Number.MAX_VALUE });
      assertNumber(place, 'milliseconds', size.milliseconds, { above: 0, max: Number.MAX_VALUE });
    }
  }
}

/** Refuses anything but the size of a product, with these members besides. @throws GCompressError. */
export function assertProductSize(
  where: string,
  size: unknown,
  besides: readonly string[] = [],
): asserts size is ProductSize {
  assertKnownOptions(where, size, ['rows', 'inputs', 'outputs', 'bytes', ...besides]);
  const { rows, inputs, outputs, bytes = 1 } = size as ProductSize;
  for (const [name, value] of Object.entries({ rows, inputs, outputs, bytes })) {
    assertNumber(where, name, value, { above: 0, max: Number.MAX_VALUE });
  }
}

/** Bytes of a float32 matrix. */
export function denseBytes({ inputs, outputs }: Pick<ProductSize, 'inputs' | 'outputs'>): number {
  return Float32Array.BYTES_PER_ELEMENT * inputs * outputs;
}
