// Products and look-ups on tensors of any rank, computed on matrices and lists.
import { reshape, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** A product over the last axis: `x [..., m] → [..., n]`, from one of matrices `[b, m] → [b, n]`. The caller owns the result. */
export function onLastAxis(x: Tensor, product: (rows: Tensor) => Tensor): Tensor {
  return tidy(() => {
    const { shape, rank, size } = x;
    if (rank !== 2) {
      const side = shape[rank - 1];
      const result = product(reshape(x, [size / side, side]));
      const [, width] = result.shape as number[];
      return reshape(result, [...shape.slice(0, -1), width]);
    }
    const result = product(x);
    // A format may answer with its argument, which the caller owns already
    return result === x ? result.clone() : result;
  });
}

/** A look-up by ids of any shape: `ids [...] → [..., n]`, from one by a list `[q] → [q, n]`. The caller owns the result. */
export function onAllIds(ids: Tensor, lookup: (list: Tensor) => Tensor): Tensor {
  return tidy(() => {
    const rows = lookup(reshape(ids, [ids.size]));
    const [, width] = rows.shape as number[];
    return reshape(rows, [...ids.shape, width]);
  });
}
