// Reduces products and look-ups on tensors of any rank to matrices and lists.
import { reshape, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** A tensor of any rank as rows: `x [..., m] → [b, m]`; a matrix as it is. */
export function toRows(x: Tensor): Tensor {
  const { shape, rank, size } = x;
  if (rank === 2) return x;
  const side = shape[rank - 1];
  return reshape(x, [size / side, side]);
}

/** Reshapes the product `[b, n]` of the rows of `x [..., m]` to `[..., n]`. */
export function fromRows(product: Tensor, x: Tensor): Tensor {
  // A format may answer with its argument, which the caller owns already
  if (x.rank === 2) return product === x ? product.clone() : product;
  const [, width] = product.shape as number[];
  return reshape(product, [...x.shape.slice(0, -1), width]);
}

/** Looks up ids of any shape, `ids [...] → [..., n]`, by a function for lists, `[q] → [q, n]`. The caller owns the result. */
export function onAllIds(ids: Tensor, lookup: (list: Tensor) => Tensor): Tensor {
  return tidy(() => {
    const rows = lookup(reshape(ids, [ids.size]));
    const [, width] = rows.shape as number[];
    return reshape(rows, [...ids.shape, width]);
  });
}
