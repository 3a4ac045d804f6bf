// The network without the matrices that its factors replace.
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import {
  type CompressedMatrix,
  createFormatRegistry,
  deserialize,
  floatFactor,
  GCompressError,
  serialize,
} from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { tfOps } from '@gcompress/tfjs';
import * as tf from '@tensorflow/tfjs';
import { forward, LAYER_NAMES, type LayerName, type Weights } from './forward.ts';
import { METHODS } from './methods.ts';
import { largestAlpha, type Network, plainProduct } from './network.ts';
import { plainFormat } from './plain-format.ts';

/** All that a network needs to predict: for each layer `…/weights` and `…/biases`, ready for `serialize`. */
export type StrippedNetwork = Readonly<Record<string, CompressedMatrix>>;

/**
 * The network without the matrices that its factors replace.
 *
 * @throws GCompressError `not-ready` while alpha of a layer is above 0.
 */
export async function strip(network: Network): Promise<StrippedNetwork> {
  const alpha = largestAlpha(network);
  if (network.operators.size > 0 && alpha > 0) {
    throw new GCompressError('not-ready', {
      where: 'strip',
      expected: 'alpha 0 in every compressed layer',
      actual: `${alpha}`,
      hint: 'Train on, with the same hyperparameters.',
    });
  }
  const dense = await denseMatrices(network);
  const compressed = [...network.operators].map(
    async ([name, op]) => [`${name}/weights`, await op.toCompressedMatrix()] as const,
  );
  return { ...dense, ...Object.fromEntries(await Promise.all(compressed)) };
}

/** The network with all its matrices as they are, A of the compressed layers too. */
export async function denseMatrices({ variables }: Network): Promise<StrippedNetwork> {
  const parts = LAYER_NAMES.flatMap((name) => [`${name}/weights`, `${name}/biases`]);
  const matrices = parts.map(async (name) => {
    const variable = variables.get(name) as tf.Variable;
    const cols = variable.shape[variable.rank - 1];
    const values = floatFactor([variable.size / cols, cols], (await variable.data()) as Float32Array);
    return [
      name,
      createCompressedMatrix(plainFormat, { shape: [variable.size / cols, cols], config: {}, factors: { values } }),
    ] as const;
  });
  return Object.fromEntries(await Promise.all(matrices));
}

/** Writes a stripped network to a file, whole or not at all. */
export async function writeStripped(path: string, network: StrippedNetwork): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await writeFile(partial, serialize(network));
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

/**
 * Reads the file of a stripped network.
 *
 * @throws GCompressError as `deserialize` does.
 */
export async function readStripped(path: string): Promise<StrippedNetwork> {
  return deserialize(await readFile(path), createFormatRegistry([...METHODS, plainFormat]));
}

/** Computes scores `[batch, 10]` with a stripped network; `dispose` frees its tensors. */
export function strippedLogits(network: StrippedNetwork): {
  logits(inputs: tf.Tensor4D): tf.Tensor2D;
  dispose(): void;
} {
  const tensors = Object.entries(network).map(([name, { factors }]) => {
    const entries = Object.entries(factors).map(([key, { shape, data, dtype }]) => [
      key,
      tf.tensor(data, [...shape], dtype),
    ]);
    return [name, Object.fromEntries(entries) as tf.NamedTensorMap] as const;
  });
  const factorsOf = new Map(tensors);
  const product = (layer: LayerName, x: tf.Tensor): tf.Tensor => {
    const name = `${layer}/weights`;
    const { format, shape, config } = network[name];
    const factors = factorsOf.get(name) as tf.NamedTensorMap;
    const form = { shape, config };
    if (x.rank === 4) {
      const kernel = format.reconstruct(tfOps, factors, form);
      return plainProduct(x, kernel.reshape([5, 5, x.shape[3] as number, shape[1]]));
    }
    return format.multiply?.(tfOps, x, factors, form) ?? tf.matMul(x, format.reconstruct(tfOps, factors, form));
  };
  const weights: Weights = { product, bias: (layer) => (factorsOf.get(`${layer}/biases`) as tf.NamedTensorMap).values };
  return {
    logits: (inputs) => forward(inputs, weights),
    dispose: () => tf.dispose([...factorsOf.values()]),
  };
}
