import type { Shape2D } from '@gcompress/core';
import { add, reshape, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { Layer } from './compressed-layer.ts';

/** What a Dense layer does around its matrix product. */
export interface DenseParts {
  /** Shape `[m, n]` of the kernel. */
  readonly shape: Shape2D;
  /** `x [b, m] → [b, n]`. */
  multiply(x: Tensor): Tensor;
  readonly bias: Tensor | undefined;
  readonly activation: Layer | undefined;
}

/** The output of a Dense layer for inputs `[…, m] → […, n]` of any rank. */
export function denseOutput(inputs: Tensor | Tensor[], { shape, multiply, bias, activation }: DenseParts): Tensor {
  return tidy(() => {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    const [rows, cols] = shape;
    const product = multiply(reshape(x, [-1, rows]));
    const sum = reshape(bias ? add(product, bias) : product, [...x.shape.slice(0, -1), cols]);
    return activation ? (activation.call(sum, {}) as Tensor) : sum;
  });
}

/** A layer that applies the activation named in a Dense layer's configuration; none for a linear one. */
export function activationOf(dense: Layer): Layer | undefined {
  const { activation } = dense.getConfig() as { activation?: 'relu' | 'linear' };
  return activation && activation !== 'linear'
    ? layers.activation({ activation, name: `${dense.name}_activation` })
    : undefined;
}
