// Writes a model as the ordinary files of TensorFlow.js: model.json and weight files.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';
import { floatValues, type ModelWeight, modelWeights } from '../encode/model-weights.ts';
import { fromFloat16, toFloat16 } from '../values/float16.ts';
import { evenLevels } from './even-levels.ts';

/** Options of {@link stockFiles}. */
export interface StockOptions {
  /** Most bytes of a weight file; larger files are split. Default 4 MiB, like the TensorFlow.js converter. */
  readonly shardBytes?: number;
}

/** Files of a model by their names. */
export type StockFiles = Readonly<Record<string, Uint8Array>>;

/**
 * A model as an ordinary `model.json` with weight files, which any TensorFlow.js loads without this package. Weights on evenly spaced levels
 * become uint8 or uint16 with scale and min. Weights that float16 represents exactly become float16. All others stay float32. So all values
 * stay the same, except for float32 rounding on evenly spaced levels.
 *
 * ```ts
 * const files = stockFiles(await packedModel(bytes).load());
 * ```
 *
 * @param artifacts artifacts of a layers or graph model, such as the `load()` of a packed model returns; they are not changed.
 * @throws GCompressError `invalid-option` for anything but artifacts.
 */
export function stockFiles(artifacts: io.ModelArtifacts, options: StockOptions = {}): StockFiles {
  assertKnownOptions('stockFiles', options, ['shardBytes']);
  const { shardBytes = 2 ** 22 } = options;
  assertNumber('stockFiles', 'shardBytes', shardBytes, { min: 1, integer: true });
  assertType('stockFiles', 'artifacts', artifacts, 'object', 'Pass what the load() of an IOHandler gives.');
  const stored = modelWeights(artifacts).map(stockWeight);
  const { weightSpecs: _, weightData: __, getWeightStream: ___, ...model } = artifacts;
  const shards = split(joined(stored.map(({ bytes }) => bytes)), shardBytes);
  const names = shards.map((_shard, i) => `group1-shard${i + 1}of${shards.length}.bin`);
  const weightsManifest = [{ paths: names, weights: stored.map(({ spec }) => spec) }];
  return {
    'model.json': jsonBytes({ ...model, weightsManifest }),
    ...Object.fromEntries(names.map((name, i) => [name, shards[i]])),
  };
}

function stockWeight(weight: ModelWeight): { readonly spec: JsonObject; readonly bytes: Uint8Array } {
  const { name, dtype, shape, spec, bytes } = weight;
  const entry = { ...spec, name, shape, dtype };
  const values = spec.quantization === undefined ? floatValues(weight) : undefined;
  if (!values || values.length === 0) return { spec: entry, bytes };
  const even = evenLevels(values);
  const half = Uint16Array.from(values, toFloat16);
  const isHalf = values.every((value, i) => Object.is(value, fromFloat16(half[i])));
  // Both types take two bytes; float16 rounds nothing here
  if (isHalf && !(even?.codes instanceof Uint8Array)) {
    return { spec: { ...entry, quantization: { dtype: 'float16' } }, bytes: new Uint8Array(half.buffer) };
  }
  if (!even) return { spec: entry, bytes };
  const { codes, scale, min } = even;
  const quantization = { dtype: codes instanceof Uint8Array ? 'uint8' : 'uint16', scale, min };
  return { spec: { ...entry, quantization }, bytes: new Uint8Array(codes.buffer) };
}

function split(bytes: Uint8Array, most: number): Uint8Array[] {
  const shards: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += most) shards.push(bytes.slice(at, at + most));
  return shards;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function jsonBytes(model: unknown): Uint8Array {
  try {
    return new TextEncoder().encode(JSON.stringify(model));
  } catch (cause) {
    throw new GCompressError('unsupported', {
      where: 'stockFiles artifacts',
      expected: 'a topology and metadata that JSON can hold',
      actual: describeValue(cause instanceof Error ? cause.message : cause),
      cause,
    });
  }
}
