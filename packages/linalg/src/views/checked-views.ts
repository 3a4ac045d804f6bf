// Public views with argument checks: `block` and `transposed`.
import { assertNumber, assertType } from '@gcompress/core/checks';
import { block as blockOf, transposed as transposeOf, type Values, type View } from './view.ts';

/**
 * The transpose of a view `[m, n]`, as a view `[n, m]` of the same array.
 *
 * @throws GCompressError `invalid-option` when the argument is not a view.
 */
export function transposed<V extends Values>(view: View<V>): View<V> {
  assertView('transposed', view);
  return transposeOf(view);
}

/**
 * The block of `rows × cols` that begins at (`row`, `col`), as a view of the same array. An omitted size extends to the end of the matrix.
 *
 * @throws GCompressError `invalid-option` when the argument is not a view, or when the block is not inside it.
 */
export function block<V extends Values>(
  view: View<V>,
  row: number,
  col: number,
  rows?: number,
  cols?: number,
): View<V> {
  const where = 'block';
  assertView(where, view);
  assertNumber(where, 'row', row, { min: 0, max: view.rows, integer: true });
  assertNumber(where, 'col', col, { min: 0, max: view.cols, integer: true });
  const [height, width] = [rows ?? view.rows - row, cols ?? view.cols - col];
  assertNumber(where, 'rows', height, { min: 0, max: view.rows - row, integer: true });
  assertNumber(where, 'cols', width, { min: 0, max: view.cols - col, integer: true });
  return blockOf(view, row, col, height, width);
}

function assertView(where: string, view: View): void {
  assertType(where, 'view', view, 'object');
  for (const name of ['rows', 'cols', 'offset', 'rowStride', 'colStride'] as const) {
    assertNumber(where, `view.${name}`, view[name], { min: 0, integer: true });
  }
}
