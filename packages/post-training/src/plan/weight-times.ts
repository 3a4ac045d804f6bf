// The expected time of each form of a weight, from a table of measured times.
import { GCompressError, type MatrixCompressor, type Shape2D } from '@gcompress/core';
import { assertKnownOptions, assertNumber } from '@gcompress/core/checks';
import { type ExpectedTime, expectedTimes, type PlanCandidate, type TimeTable } from '@gcompress/planner';

/** How times are expected. */
export interface PlanTimes {
  /** Times of products, of `measureTimes` of `@gcompress/planner`. It needs the form `'dense'`; kernels are used for the formats that it has. */
  readonly table: TimeTable;
  /**
   * Measured milliseconds of the original for one example. What its matrices are not expected to take is then fixed, so that the time of a plan is
   * that of the whole model. Default: only the matrices count.
   */
  readonly original?: number;
}

/** The time of a form, as part of a candidate. */
type FormTime = Pick<PlanCandidate, 'timeDeviation'> & { readonly sizes: { readonly time?: number } };

/** The expected times of all weights of a model. */
export interface WeightTimes {
  /** Milliseconds of everything but the matrices. */
  readonly fixed: number;
  /**
   * @param work multiply-adds of the uncompressed weight for one example.
   * @param form a compressor and its bytes; undefined for the uncompressed weight.
   */
  of(shape: Shape2D, work: number, form?: { readonly compressor: MatrixCompressor; readonly bytes: number }): FormTime;
}

/** A weight that takes no time, because nothing multiplies by it. */
const NO_TIME: ExpectedTime = { milliseconds: 0, deviation: 0 };

/**
 * Times of a model whose matrices have these shapes and multiply-adds. A matrix that is used at many places, as in a convolution, counts as a product
 * of as many rows. If the dense matrices are expected to take longer than the original took, all times are scaled down to it.
 *
 * @throws GCompressError `invalid-option` and `unknown-option`.
 */
export function weightTimes(
  where: string,
  { table, original }: PlanTimes,
  matrices: readonly (readonly [shape: Shape2D, work: number])[],
): WeightTimes {
  const times = expectedTimes(table);
  if (!times.forms.includes('dense')) {
    const actual = times.forms.join(', ') || 'none';
    throw new GCompressError('invalid-option', { where: `${where} times table`, expected: "the form 'dense'", actual });
  }
  let scale = 1;
  const expected: WeightTimes['of'] = (shape, work, form) => {
    const rows = work / (shape[0] * shape[1]);
    const { milliseconds, deviation } = rows > 0 ? timeOf(shape, rows, form) : NO_TIME;
    return { sizes: { time: scale * milliseconds }, timeDeviation: scale * deviation };
  };
  const timeOf = ([inputs, outputs]: Shape2D, rows: number, form: Parameters<WeightTimes['of']>[2]): ExpectedTime => {
    const { product, id } = form?.compressor.format ?? {};
    const kernel =
      id !== undefined && form ? times.expect(id, { rows, inputs, outputs, bytes: form.bytes }) : undefined;
    if (kernel) return kernel;
    const factors = form && product ? form.compressor.plan([inputs, outputs]).factors : undefined;
    const shapes = factors ? (product ?? []).map((name) => factors[name].shape) : [[inputs, outputs]];
    return shapes
      .map(([from, to]) => times.expect('dense', { rows, inputs: from, outputs: to }) ?? NO_TIME)
      .reduce(sum);
  };
  const dense = matrices.reduce((total, [shape, work]) => total + (expected(shape, work).sizes.time ?? 0), 0);
  if (original !== undefined && dense > original) scale = original / dense;
  return { fixed: original === undefined ? 0 : original - scale * dense, of: expected };
}

/** @throws GCompressError `invalid-option` and `unknown-option`. */
export function assertPlanTimes(where: string, times: unknown): asserts times is PlanTimes {
  assertKnownOptions(where, times, ['table', 'original']);
  const { table, original } = times as PlanTimes;
  expectedTimes(table);
  if (original !== undefined) assertNumber(where, 'original', original, { above: 0, max: Number.MAX_VALUE });
}

/** The times of products after each other; their deviations add up, because they come from the same table. */
function sum(a: ExpectedTime, b: ExpectedTime): ExpectedTime {
  return { milliseconds: a.milliseconds + b.milliseconds, deviation: a.deviation + b.deviation };
}
