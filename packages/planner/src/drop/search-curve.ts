// The smallest plan of a Pareto curve whose measured drop is within a limit: by bisection.
import { GCompressError, type ProgressOptions, reportProgress } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';

/** Options of {@link searchCurve}. */
export interface SearchCurveOptions extends ProgressOptions {
  /** The largest drop. */
  readonly most: number;
  /** Index of the point that is measured first, such as the one whose expected drop is at the limit. Default the middle. */
  readonly first?: number;
}

/** A measured point of a curve. */
export interface MeasuredDrop<M> {
  /** Index into the curve. */
  readonly index: number;
  readonly drop: number;
  /** What `measure` gave. */
  readonly measured: M;
}

/** The result of {@link searchCurve}. */
export interface SearchedCurve<M> {
  readonly chosen: MeasuredDrop<M>;
  /** Drops of all measured points, in the order of their measurement. */
  readonly measurements: readonly Pick<MeasuredDrop<M>, 'index' | 'drop'>[];
}

const WHERE = 'searchCurve';

/**
 * Searches the first point of a curve, smallest first, whose measured drop is at most the limit. It starts at the expected point, doubles its
 * steps until one point is within the limit and one is not, then bisects. Measured drops need not fall steadily: the chosen point is within the
 * limit, and the point before it is not, or is the end of the curve.
 *
 * @param length number of points.
 * @param measure makes and measures a point.
 * @throws GCompressError `invalid-option`; `budget-unreachable` with the least measured drop; what `measure` throws; the signal's reason when aborted.
 */
export async function searchCurve<M>(
  length: number,
  measure: (index: number, progress: ProgressOptions) => Promise<{ readonly drop: number; readonly measured: M }>,
  options: SearchCurveOptions,
): Promise<SearchedCurve<M>> {
  assertNumber(WHERE, 'length', length, { min: 1, integer: true });
  assertType(WHERE, 'measure', measure, 'function');
  assertKnownOptions(WHERE, options, ['most', 'first', 'signal', 'onProgress']);
  const { most, first = Math.floor(length / 2), signal, onProgress } = options;
  assertNumber(WHERE, 'most', most, { min: 0 });
  assertNumber(WHERE, 'first', first, { min: 0, max: length - 1, integer: true });
  const expected = 2 * Math.ceil(Math.log2(length + 1));
  const measurements: Pick<MeasuredDrop<M>, 'index' | 'drop'>[] = [];
  let [low, high] = [-1, length];
  let chosen: MeasuredDrop<M> | undefined;
  let step = 1;
  for (let at = first; high - low > 1; ) {
    reportProgress({ signal, onProgress }, measurements.length / expected);
    const result: unknown = await measure(at, { signal });
    const { drop, measured } = (result ?? {}) as { drop: number; measured: M };
    if (!(drop >= Number.NEGATIVE_INFINITY)) throw wrongDrop(drop);
    measurements.push({ index: at, drop });
    if (drop <= most) {
      high = at;
      chosen = { index: at, drop, measured };
    } else low = at;
    if (low < 0) at = Math.max(0, high - step);
    else if (high === length) at = Math.min(length - 1, low + step);
    else at = Math.floor((low + high) / 2);
    step *= 2;
  }
  reportProgress({ signal, onProgress }, 1);
  if (chosen) return { chosen, measurements };
  throw new GCompressError('budget-unreachable', {
    where: `${WHERE} drop`,
    expected: `at least ${Math.min(...measurements.map(({ drop }) => drop))}, the least that was measured`,
    actual: `${most}`,
    hint: 'Allow a larger drop, or give candidates of larger sizes.',
  });
}

function wrongDrop(drop: unknown): GCompressError {
  return new GCompressError('invalid-option', {
    where: `${WHERE} measure`,
    expected: 'a drop that is a number',
    actual: describeValue(drop),
  });
}
