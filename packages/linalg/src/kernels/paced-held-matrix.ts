// Wraps a held matrix to cut its products into short pieces.
import type { HeldMatrix, View64 } from '@gcompress/core/hosts';
import { block } from '../views/view.ts';

/** Rows of one piece: kernels that hold matrices work on some 16 rows together. */
const ROWS = 16;

/**
 * The same matrix; `onWork` receives the multiply-adds of each piece of a product. Rows do not depend on each other, so results stay the same
 * to the last bit.
 *
 * @param entries number of entries of the matrix.
 */
export function pacedHeldMatrix(held: HeldMatrix, entries: number, onWork: (work: number) => void): HeldMatrix {
  const byRows = (x: View64, c: View64, products: number, multiply: (x: View64, c: View64) => void): void => {
    for (let row = 0; row < x.rows; row += ROWS) {
      const size = Math.min(ROWS, x.rows - row);
      multiply(block(x, row, 0, size), block(c, row, 0, size));
      onWork(size * entries * products);
    }
  };
  return {
    multiplySquare: (x, c) => byRows(x, c, 2, (part, to) => held.multiplySquare(part, to)),
    multiplyTransposed: (x, c) => byRows(x, c, 1, (part, to) => held.multiplyTransposed(part, to)),
    gram: (c) => {
      held.gram(c);
      onWork((entries * c.rows) / 2);
    },
    release: () => held.release(),
  };
}
