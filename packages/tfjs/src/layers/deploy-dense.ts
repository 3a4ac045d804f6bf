import type { CompressedMatrix } from '@gcompress/core';
import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { DenseArgs } from './compressed-dense.ts';
import type { LayerConfig, Replacement } from './compressed-layer.ts';
import { PackedDense } from './packed-dense.ts';

/**
 * Layers that compute a Dense layer whose kernel is compressed. A product of matrices becomes a chain of stock Dense layers, which
 * load without this package; every other format becomes a {@link PackedDense}.
 */
export function deployDense(args: LayerConfig, kernel: CompressedMatrix, bias: Tensor | undefined): Replacement {
  return kernel.format.product
    ? denseChain(args, kernel, kernel.format.product, bias)
    : packedDense(args, kernel, bias);
}

function denseChain(
  args: LayerConfig,
  kernel: CompressedMatrix,
  product: readonly string[],
  bias: Tensor | undefined,
): Replacement {
  const last = product.length - 1;
  const chain = product.map((factorName, i) => {
    const [, units] = kernel.factors[factorName].shape;
    const { batchInputShape, ...rest } = args;
    const input = i === 0 && batchInputShape ? { batchInputShape } : {};
    const inner = { useBias: false, name: `${args.name}_${factorName}`, trainable: args.trainable, dtype: args.dtype };
    return layers.dense({ ...(i === last ? rest : inner), ...input, units } as unknown as DenseArgs);
  });
  return {
    layers: chain,
    initialize: () =>
      tidy(() => {
        for (const [i, factorName] of product.entries()) {
          const { shape, data } = kernel.factors[factorName];
          const weights = [tensor(data, [...shape])];
          chain[i].setWeights(i === last && bias ? [...weights, bias] : weights);
        }
      }),
  };
}

function packedDense(args: LayerConfig, kernel: CompressedMatrix, bias: Tensor | undefined): Replacement {
  const packed = kernel.pack();
  const layer = new PackedDense({ ...(args as unknown as DenseArgs), format: kernel.format, packed });
  return { layers: [layer], initialize: () => layer.fill(packed, bias) };
}
