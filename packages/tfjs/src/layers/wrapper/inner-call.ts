// Calls a layer with replaced values for some of its weights.
import { add, cast, reshape, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import type { WeightUse } from '../../weight/choose-execution.ts';
import type { Weight } from '../../weight/weight.ts';
import type { Layer } from '../weights/clone-layer.ts';
import { weightName } from '../weights/layer-matrices.ts';

/** The keyword arguments of a layer's call. */
export type CallArguments = Readonly<Record<string, unknown>>;

/** Calls a layer with the given weights instead of its own. */
export interface InnerCall {
  /** How the layer uses these weights. */
  readonly use: WeightUse;
  /** Rows of x, or ids, of a call; 1 for layers that read their weights. */
  batchOf(inputs: Tensor | Tensor[]): number;
  run(inputs: Tensor | Tensor[], args: CallArguments, weights: readonly Weight[]): Tensor | Tensor[];
}

/**
 * The call of a built layer. Dense multiplies by the weight and Embedding looks up in it; all other classes read their weights.
 *
 * @param replaced the weights of the layer that each call replaces, in the order in which the new weights are given.
 */
export function innerCall(layer: Layer, replaced: readonly LayerVariable[]): InnerCall {
  switch (layer.getClassName()) {
    case 'Dense':
      return dense(layer);
    case 'Embedding':
      return {
        use: 'lookup',
        batchOf: (ids) => single(ids).size,
        run: (ids, _args, [table]) => tidy(() => table.lookup(cast(single(ids), 'int32'))),
      };
    default:
      return reading(layer, replaced);
  }
}

/** Inputs `[…, m] → […, n]` of any rank. */
function dense(layer: Layer): InnerCall {
  const { activation } = layer.getConfig() as { activation?: 'relu' | 'linear' };
  const bias = layer.weights.find((weight) => weightName(weight) === 'bias');
  const activate =
    activation && activation !== 'linear'
      ? layers.activation({ activation, name: `${layer.name}_activation` })
      : undefined;
  return {
    use: 'matMul',
    batchOf: (inputs) =>
      single(inputs)
        .shape.slice(0, -1)
        .reduce((product, side) => product * side, 1),
    run: (inputs, _args, [kernel]) =>
      tidy(() => {
        const x = single(inputs);
        const product = kernel.matMul(x.rank === 2 ? x : reshape(x, [-1, x.shape[x.rank - 1]]));
        const sum = bias ? add(product, bias.read()) : product;
        const output = x.rank === 2 ? sum : reshape(sum, [...x.shape.slice(0, -1), sum.shape[1] as number]);
        return activate ? (activate.call(output, {}) as Tensor) : output;
      }),
  };
}

/** The layer's own call, while its weights return the given values from `read()`. */
function reading(layer: Layer, replaced: readonly LayerVariable[]): InnerCall {
  return {
    use: 'read',
    batchOf: () => 1,
    run: (inputs, args, weights) =>
      tidy(() => {
        // Computed once for each call, because recurrent layers read their weights at every time step
        const values = weights.map((weight) => weight.read());
        // An own property hides the method of the class until it is deleted
        for (const [i, weight] of replaced.entries()) weight.read = () => values[i];
        try {
          return layer.apply(inputs, { ...args }) as Tensor | Tensor[];
        } finally {
          for (const weight of replaced) delete (weight as Partial<LayerVariable>).read;
        }
      }),
  };
}

function single(inputs: Tensor | Tensor[]): Tensor {
  return Array.isArray(inputs) ? inputs[0] : inputs;
}
