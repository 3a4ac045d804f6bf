// The cost of a call, a multiply-add, a byte and a value, fitted to measured times.
import { denseBytes, type ProductSize, type TimedSize } from './time-table.ts';

/** Costs in milliseconds, in the order of {@link workOf}. */
export interface FittedCosts {
  readonly costs: readonly number[];
  /** Standard deviation of measured times around the fitted ones, as a part of the time. */
  readonly deviation: number;
}

/** What a product does: one call, multiply-adds, bytes read once, bytes read for each row, values read and written. */
export function workOf(size: ProductSize): number[] {
  const { rows, inputs, outputs, bytes = denseBytes(size) } = size;
  return [1, rows * inputs * outputs, bytes, rows * bytes, rows * (inputs + outputs)];
}

/**
 * Costs of at least 0 whose sums are nearest to the measured times, by least squares of relative errors. The few costs allow to try all sets of
 * costs above 0: the best one is the solution (Lawson and Hanson, Solving Least Squares Problems, 1974, chapter 23).
 */
export function fittedCosts(sizes: readonly TimedSize[]): FittedCosts {
  // Divided by the time, each measurement says that its costs add up to 1
  const rows = sizes.map((size) => workOf(size).map((work) => work / size.milliseconds));
  const terms = rows[0].length;
  let best = { costs: new Array<number>(terms).fill(0), squares: rows.length, used: 0 };
  for (let set = 1; set < 2 ** terms; set++) {
    const used = Array.from({ length: terms }, (_, term) => term).filter((term) => set & (1 << term));
    const solved = leastSquares(rows.map((row) => used.map((term) => row[term])));
    if (!solved?.every((cost) => cost >= 0)) continue;
    const costs = new Array<number>(terms).fill(0);
    for (const [i, term] of used.entries()) costs[term] = solved[i];
    const squares = rows.reduce((sum, row) => sum + (1 - product(row, costs)) ** 2, 0);
    if (squares < best.squares) best = { costs, squares, used: used.length };
  }
  return { costs: best.costs, deviation: Math.sqrt(best.squares / Math.max(1, rows.length - best.used)) };
}

/** The x for which `rows · x` is nearest to 1, by the normal equations; undefined if they are singular. */
function leastSquares(rows: readonly (readonly number[])[]): number[] | undefined {
  const count = rows[0].length;
  // Columns of norm 1, because their units differ by many orders of magnitude
  const norms = Array.from({ length: count }, (_, i) => Math.hypot(...rows.map((row) => row[i])));
  const equations = norms.map((norm, i) => [
    ...norms.map((other, j) => rows.reduce((sum, row) => sum + (row[i] / norm) * (row[j] / other), 0)),
    rows.reduce((sum, row) => sum + row[i] / norm, 0),
  ]);
  for (let at = 0; at < count; at++) {
    const pivot = equations[at][at];
    if (!(pivot > 1e-9)) return undefined;
    for (const [i, equation] of equations.entries()) {
      if (i === at) continue;
      const factor = equation[at] / pivot;
      for (let j = at; j <= count; j++) equation[j] -= factor * equations[at][j];
    }
  }
  return equations.map((equation, i) => equation[count] / equation[i] / norms[i]);
}

function product(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
