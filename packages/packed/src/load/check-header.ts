// Whether a header is one: every place of it may hold anything.
import type { GCompressError } from '@gcompress/core';
import { decodedBytes, product, storedBytes } from '../container/byte-lengths.ts';
import { type Header, type StoredMatrix, type StoredTensor, tensorsOf } from '../container/header.ts';
import { refusal } from './refusal.ts';

/** The quantization of a weight that has none. */
const NONE: Readonly<Record<string, unknown>> = {};

/**
 * Checks a header before memory is taken for what it announces.
 *
 * @returns the bytes of all parts.
 * @throws GCompressError `file-header`, or `file-oversized` for weights or probes of more than `maxBytes`.
 */
export function assertHeader(header: unknown, maxBytes: number): number {
  if (!isRecord(header)) throw badHeader('an object', 'another value');
  const { model, weights, probes, parts } = header;
  if (!isRecord(model) || !Array.isArray(weights) || !Array.isArray(probes) || !Array.isArray(parts)) {
    throw badHeader('model, weights, probes and parts', Object.keys(header).join(', ').slice(0, 60));
  }
  for (const weight of weights) assertTensor(weight, false);
  for (const probe of probes) {
    if (!isRecord(probe) || !Array.isArray(probe.inputs) || !Array.isArray(probe.outputs)) {
      throw badHeader('inputs and outputs of a probe', 'something else');
    }
    for (const tensor of [...probe.inputs, ...probe.outputs]) assertTensor(tensor, true);
  }
  const tensors = tensorsOf(header as unknown as Header);
  for (const kind of [weights as StoredTensor[], tensors.slice(weights.length)]) {
    const bytes = kind.reduce((sum, tensor) => sum + decodedBytes(tensor), 0);
    if (!(bytes <= maxBytes)) throw refusal('file-oversized', `at most ${maxBytes} bytes once decoded`, bytes);
  }
  return assertParts(parts, tensors);
}

/** Every part must hold exactly the tensors that it says, and each tensor must be in one. */
function assertParts(parts: readonly unknown[], tensors: readonly StoredTensor[]): number {
  let at = 0;
  let total = 0;
  for (const part of parts) {
    if (!Array.isArray(part) || !isSize(part[0]) || part[0] === 0 || !isSize(part[1]) || !isSize(part[2])) {
      throw badHeader('tensors, bytes and checksum of a part', 'something else');
    }
    const bytes = tensors.slice(at, at + part[0]).reduce((sum, tensor) => sum + storedBytes(tensor), 0);
    if (bytes !== part[1]) throw badHeader(`a part of ${bytes} bytes`, `${part[1]}`);
    at += part[0];
    total += bytes;
  }
  if (at !== tensors.length) throw badHeader(`${tensors.length} tensors in the parts`, `${at}`);
  return total;
}

function assertTensor(tensor: unknown, isProbe: boolean): void {
  const [name, dtype, shape, storage = {}] = Array.isArray(tensor) ? tensor : [];
  if (typeof name !== 'string' || typeof dtype !== 'string' || !isRecord(storage)) {
    throw badHeader('name, dtype, shape and storage of a tensor', 'something else');
  }
  const { spec = {}, bytes, matrix, seed } = storage;
  const sizes = product(shape);
  const quantization = isRecord(spec) && 'quantization' in spec ? spec.quantization : NONE;
  const known = isRecord(spec) && isQuantization(quantization, dtype) && (dtype === 'string') === isSize(bytes);
  if (Number.isNaN(sizes) || !known || Number.isNaN(decodedBytes(tensor as StoredTensor))) {
    throw badHeader(`type and shape of tensor '${name.slice(0, 60)}'`, 'something else');
  }
  const isPlain = dtype === 'float32' && !('quantization' in spec);
  if (seed !== undefined && !(isProbe && isPlain && isSize(seed) && seed < 2 ** 32))
    throw badHeader('a seed', 'another');
  if (matrix !== undefined && (isProbe || !isPlain || !isMatrix(matrix, shape))) {
    throw badHeader(`a matrix for weight '${name.slice(0, 60)}'`, 'something else');
  }
  if (!isSize(storedBytes(tensor as StoredTensor))) throw badHeader('types and shapes of tensors', 'something else');
}

/** What TensorFlow.js can undo; or none at all. */
function isQuantization(value: unknown, dtype: string): boolean {
  if (!isRecord(value)) return false;
  const { dtype: codes, scale, min } = value;
  if (codes === 'float16') return dtype === 'float32';
  const isLinear = (codes === 'uint8' || codes === 'uint16') && typeof scale === 'number' && typeof min === 'number';
  return value === NONE || (isLinear && (dtype === 'float32' || dtype === 'int32'));
}

function isMatrix(matrix: unknown, weight: readonly number[]): matrix is StoredMatrix {
  if (!isRecord(matrix) || !isRecord(matrix.config) || !isRecord(matrix.tensors)) return false;
  const { format, version, shape, swapped = false, tensors } = matrix;
  if (typeof format !== 'string' || !isSize(version) || version < 1 || !Array.isArray(shape)) return false;
  if (!Object.values(tensors).every(Array.isArray) || typeof swapped !== 'boolean') return false;
  const columns = weight[weight.length - (swapped ? 2 : 1)] ?? 1;
  const size = product(shape);
  const fits = shape.length === 2 && size > 0 && size === product(weight);
  return fits && (!swapped || shape[1] === columns);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The error for a header that is not what the format specifies. */
export function badHeader(expected: string, actual: string, cause?: unknown): GCompressError {
  return refusal('file-header', expected, actual, cause);
}
