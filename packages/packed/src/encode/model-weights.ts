// Reads the weights of a model's artifacts: specification, bytes and values.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';
import { decodedBytes, product } from '../container/byte-lengths.ts';
import type { Storage, StoredTensor } from '../container/header.ts';
import { endOfStrings } from '../container/string-bytes.ts';
import { fromFloat16 } from '../values/float16.ts';

/** A weight as its model has it. */
export interface ModelWeight {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The rest of the specification, such as a quantization. */
  readonly spec: NonNullable<Storage['spec']>;
  /** Its bytes as TensorFlow.js keeps them. */
  readonly bytes: Uint8Array;
}

/**
 * Reads the weights of artifacts, whose data may be one buffer or several.
 *
 * @param where the function that errors name.
 * @throws GCompressError `invalid-option` for anything but artifacts, or if the data does not fit the specifications.
 */
export function modelWeights(artifacts: io.ModelArtifacts, where = 'pack'): ModelWeight[] {
  const badArtifacts = (expected: string, actual: string) => refusal(where, expected, actual);
  const { weightSpecs = [], weightData = new ArrayBuffer(0) } = artifacts;
  if (!Array.isArray(weightSpecs)) throw badArtifacts('weightSpecs in an array', describeValue(weightSpecs));
  const data = wholeData(weightData, badArtifacts);
  let at = 0;
  const weights = weightSpecs.map((entry: unknown, index): ModelWeight => {
    if (typeof entry !== 'object' || entry === null) throw badArtifacts('a specification', describeValue(entry));
    const { name, dtype, shape, ...spec } = entry as io.WeightsManifestEntry;
    if (typeof name !== 'string' || typeof dtype !== 'string' || Number.isNaN(product(shape))) {
      throw badArtifacts(`name, dtype and shape in weightSpecs[${index}]`, describeValue(shape));
    }
    const plain = JSON.parse(JSON.stringify(spec)) as ModelWeight['spec'];
    const length = bytesOf([name, dtype, shape, { spec: plain }], data, at, badArtifacts);
    if (!(at + length <= data.length)) throw badArtifacts(`${length} bytes for '${name}'`, `${data.length - at}`);
    const bytes = data.subarray(at, at + length);
    at += length;
    return { name, dtype, shape: [...shape], spec: plain, bytes };
  });
  const names = weights.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw badArtifacts('a name of its own for each weight', `'${twice}' twice`);
  if (at !== data.length) throw badArtifacts(`${at} bytes of weights`, `${data.length}`);
  return weights;
}

/**
 * Refuses anything but a weight that `readModel` gave.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertModelWeight(where: string, weight: unknown): asserts weight is ModelWeight {
  const { name, dtype, shape, spec, bytes } = (weight ?? {}) as Partial<ModelWeight>;
  const isNamed = typeof name === 'string' && typeof dtype === 'string';
  if (isNamed && Array.isArray(shape) && typeof spec === 'object' && bytes instanceof Uint8Array) return;
  throw new GCompressError('invalid-option', {
    where: `${String(where)} weight`,
    expected: 'one of the weights that readModel gave',
    actual: describeValue(weight),
  });
}

/**
 * The values of a float32 weight, dequantized if necessary; undefined for weights of other types.
 *
 * @throws GCompressError `invalid-option` for anything but a weight of `readModel`.
 */
export function floatValues(weight: ModelWeight): Float32Array | undefined {
  assertModelWeight('floatValues', weight);
  const { dtype, spec, bytes } = weight;
  if (dtype !== 'float32') return undefined;
  // A copy, because the bytes may lie anywhere in their buffer
  const own = bytes.slice().buffer;
  const quantization = spec.quantization as io.WeightsManifestEntry['quantization'];
  if (!quantization) return new Float32Array(own);
  if (quantization.dtype === 'float16') return Float32Array.from(new Uint16Array(own), fromFloat16);
  const { scale, min } = quantization;
  if (scale === undefined || min === undefined) return undefined;
  const codes = quantization.dtype === 'uint8' ? new Uint8Array(own) : new Uint16Array(own);
  // A loop: Float32Array.from takes ten times as long
  const values = new Float32Array(codes.length);
  for (let at = 0; at < values.length; at++) values[at] = codes[at] * scale + min;
  return values;
}

type Refusal = (expected: string, actual: string) => GCompressError;

function bytesOf(tensor: StoredTensor, data: Uint8Array, from: number, badArtifacts: Refusal): number {
  const [name, dtype, shape] = tensor;
  if (dtype !== 'string') {
    const bytes = decodedBytes(tensor);
    if (Number.isNaN(bytes)) throw badArtifacts(`a known dtype for '${name}'`, describeValue(dtype));
    return bytes;
  }
  const end = endOfStrings(data, from, product(shape));
  if (Number.isNaN(end)) throw badArtifacts(`the strings of '${name}'`, 'the end of the data');
  return end - from;
}

function wholeData(data: unknown, badArtifacts: Refusal): Uint8Array {
  const pieces = Array.isArray(data) ? data : [data];
  if (!pieces.every((piece) => piece instanceof ArrayBuffer)) {
    throw badArtifacts('weightData in an ArrayBuffer, or in several', describeValue(data));
  }
  if (pieces.length === 1) return new Uint8Array(pieces[0]);
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(new Uint8Array(piece), at);
    at += piece.byteLength;
  }
  return whole;
}

function refusal(where: string, expected: string, actual: string): GCompressError {
  return new GCompressError('invalid-option', {
    where: `${where} artifacts`,
    expected,
    actual,
    hint: 'Pass what the load() of an IOHandler gives.',
  });
}
