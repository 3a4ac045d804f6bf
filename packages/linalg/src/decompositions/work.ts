// Estimates of the multiply-adds of the decompositions, for progress reports.
import { ROTATION_WORK } from './spectrum.ts';

/*
 * Approximate multiply-adds of the algorithms. Progress is the part of them that is done.
 */

/** Work of a singular value decomposition `[m, n]` with `count` left and right vectors. */
export function svdWork(rows: number, cols: number, count: number): number {
  const [long, short] = [Math.max(rows, cols), Math.min(rows, cols)];
  const square = short * short;
  // Two sweeps each, of half the length on average
  const rotations = 2 * square;
  return long * square + 2 * short * square + ROTATION_WORK * rotations + count * (10 * square + 2 * long * short);
}

/** Work of an eigenproblem `[n, n]` with `count` vectors. */
export function eigenWork(n: number, count: number): number {
  return (2 / 3) * n ** 3 + ROTATION_WORK * n * n + 6 * count * n * n;
}
