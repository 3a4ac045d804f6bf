// The tensor operations of the contract, on tensors of TensorFlow.js.
import type { TensorOps } from '@gcompress/core';
import { add, gather, matMul, mul, reshape, slice, type Tensor, transpose } from '@tensorflow/tfjs-core';

/** The tensor operations of the contract on tf tensors. Differentiable wherever tfjs has gradients registered. */
export const tfOps: TensorOps<Tensor> = {
  matMul: (a, b) => matMul(a, b),
  add: (a, b) => add(a, b),
  mul: (a, b) => mul(a, b),
  gather: (table, indices) => gather(table, indices),
  reshape: (x, shape) => reshape(x, [...shape]),
  transpose: (x, permutation) => transpose(x, permutation && [...permutation]),
  slice: (x, begin, size) => slice(x, [...begin], [...size]),
};
