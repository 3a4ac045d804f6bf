// The network as a file holds it: writing, reading and predicting.
import {
  type CompressedMatrix,
  deserialize,
  type FormatRegistry,
  GCompressError,
  type Matrix,
  serialize,
} from '@gcompress/core';
import { LAYERS, type LayerName, PIXELS } from './architecture.ts';
import { uncompressed } from './dense-format.ts';

/** A layer as a file has it. */
export interface StoredLayer {
  /** `[m, n]`, compressed or not. */
  readonly weights: CompressedMatrix;
  /** `[n]`. */
  readonly bias: Float32Array;
}

/** A network as a file has it: what the page downloads, and all that is needed to read digits. */
export type StoredNetwork = Readonly<Record<LayerName, StoredLayer>>;

/** The bytes of a file with this network. */
export function writeNetwork(network: StoredNetwork): Uint8Array {
  const matrices = LAYERS.flatMap(({ name, shape: [, outputs] }) => {
    const { weights, bias } = network[name];
    return [
      [name, weights],
      [biasOf(name), uncompressed({ shape: [1, outputs], data: bias })],
    ] as const;
  });
  return serialize(Object.fromEntries(matrices));
}

/**
 * The network of a file.
 *
 * @param formats the formats that may occur in it.
 * @throws GCompressError what `deserialize` throws for damaged and foreign files; `unsupported` for matrices of another network.
 */
export async function readNetwork(bytes: Uint8Array, formats: FormatRegistry): Promise<StoredNetwork> {
  const matrices = await deserialize(bytes, formats);
  const matrix = (name: string, [rows, cols]: readonly [number, number]): CompressedMatrix => {
    const found = Object.hasOwn(matrices, name) ? matrices[name] : undefined;
    if (found && found.shape[0] === rows && found.shape[1] === cols) return found;
    throw new GCompressError('unsupported', {
      where: 'file',
      expected: `a network of this page, with a matrix '${name}' [${rows}, ${cols}]`,
      actual: found ? `[${found.shape.join(', ')}]` : `only ${Object.keys(matrices).join(', ') || 'no matrix'}`,
      hint: 'Choose a file that the training page has written.',
    });
  };
  const layers = LAYERS.map(({ name, shape }) => {
    const bias = matrix(biasOf(name), [1, shape[1]]).decompress().data;
    return [name, { weights: matrix(name, shape), bias }] as const;
  });
  return Object.fromEntries(layers) as Record<LayerName, StoredLayer>;
}

/**
 * What the network makes of pictures, computed with the compressed matrices as they are.
 *
 * @param pictures grey levels from 0 to 1, `[count, 784]`.
 * @returns the probability of each digit, `[count, 10]`.
 */
export function classify(network: StoredNetwork, pictures: Float32Array): Float32Array {
  const count = pictures.length / PIXELS;
  let values: Matrix = { shape: [count, PIXELS], data: pictures };
  for (const [i, { name, shape }] of LAYERS.entries()) {
    const [, outputs] = shape;
    const { weights, bias } = network[name];
    const sums = weights.matMul(values).data.map((sum, at) => sum + bias[at % outputs]);
    const last = i === LAYERS.length - 1;
    values = { shape: [count, outputs], data: last ? sums : sums.map((sum) => Math.max(0, sum)) };
  }
  return softmaxRows(values.data, 10);
}

/** Bytes of all weights and biases as they are stored. */
export function weightBytes(network: StoredNetwork): number {
  return Object.values(network).reduce((sum, { weights, bias }) => sum + weights.byteLength + bias.byteLength, 0);
}

function softmaxRows(values: Float32Array, length: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += length) {
    const row = values.subarray(at, at + length);
    const largest = Math.max(...row);
    const powers = row.map((value) => Math.exp(value - largest));
    const sum = powers.reduce((total, power) => total + power, 0);
    result.set(
      powers.map((power) => power / sum),
      at,
    );
  }
  return result;
}

function biasOf(name: LayerName): string {
  return `${name}.bias`;
}
