// The importance of the entries of a matrix whose rows are rounded with compensation.
import { GCompressError, type Matrix, matrix } from '@gcompress/core';
import { assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import { viewOf } from '../views/view.ts';
import type { RoundingOrder } from './compensated-rounding.ts';

/** The most entries of a matrix. */
const MOST = 2 ** 31 - 1;

/**
 * Importance of each entry: the cost of its error at the outputs after the best correction by later rows, times its own importance.
 *
 * @param order of `roundingOrder`, for m rows.
 * @param columns columns n of the matrix.
 * @param own importance of the entries beside `[m, n]`. Default 1 for each.
 * @returns `[m, n]` in float32.
 * @throws GCompressError `invalid-option`, `invalid-matrix`; `shape-mismatch` for importance of another shape.
 */
export function rowImportance(order: RoundingOrder, columns: number, own?: Matrix): Matrix {
  const where = 'rowImportance';
  assertType(where, 'order', order, 'object', 'Make it by roundingOrder.');
  const { costs } = order;
  if (!(costs instanceof Float64Array) || costs.length === 0) {
    const details = { where: `${where} order`, expected: 'costs in a Float64Array', actual: describeValue(costs) };
    throw new GCompressError('invalid-option', details);
  }
  const rows = costs.length;
  assertNumber(where, 'columns', columns, { min: 1, max: Math.floor(MOST / rows), integer: true });
  if (own !== undefined) {
    const { rows: ownRows, cols } = viewOf(own, `${where} own`);
    if (ownRows !== rows || cols !== columns) {
      const [expected, actual] = [`[${rows}, ${columns}]`, `[${ownRows}, ${cols}]`];
      throw new GCompressError('shape-mismatch', { where: `${where} own`, expected, actual });
    }
  }
  const values = new Float32Array(rows * columns);
  for (let at = 0; at < values.length; at++) values[at] = costs[Math.floor(at / columns)] * (own ? own.data[at] : 1);
  return matrix([rows, columns], values);
}
