import { add, cast, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { Layer } from './layer.ts';
import { weightName } from './layer-kinds.ts';

/** A matrix in use: compressed and training, or unpacked. The caller owns what it gives. */
export interface MatrixOperator {
  /** The weight, in its own shape. */
  apply(): Tensor;
  /** `x [b, m]` times the matrix, `[b, n]`. */
  applyMatMul(x: Tensor): Tensor;
  /** Rows by int32 ids of any shape, `[…, n]`. */
  applyLookup(ids: Tensor): Tensor;
}

/** How a layer whose one matrix only takes part in a product, or a look-up, computes without the weight as a whole. */
export interface DirectCall {
  readonly needs: 'products' | 'rows';
  call(inputs: Tensor, matrix: MatrixOperator): Tensor;
}

/** The direct way of a built layer; `undefined` for a class that needs its weights. */
export function directCall(layer: Layer): DirectCall | undefined {
  switch (layer.getClassName()) {
    case 'Dense':
      return dense(layer);
    case 'Embedding':
      return { needs: 'rows', call: (ids, matrix) => matrix.applyLookup(cast(ids, 'int32')) };
    default:
      return undefined;
  }
}

/** Inputs `[…, m] → […, n]` of any rank. */
function dense(layer: Layer): DirectCall {
  const { units, activation } = layer.getConfig() as { units: number; activation?: 'relu' | 'linear' };
  const bias = layer.weights.find((weight) => weightName(weight) === 'bias');
  const activate =
    activation && activation !== 'linear'
      ? layers.activation({ activation, name: `${layer.name}_activation` })
      : undefined;
  return {
    needs: 'products',
    call: (x, matrix) => {
      const product = matrix.applyMatMul(reshape(x, [-1, x.shape[x.shape.length - 1]]));
      const sum = bias ? add(product, bias.read()) : product;
      const output = reshape(sum, [...x.shape.slice(0, -1), units]);
      return activate ? (activate.call(output, {}) as Tensor) : output;
    },
  };
}
