// Checks the JSON of a header, which may be hostile: every field may hold any value.
import { decodedBytes, isSize, product, storedBytes, total } from '../container/byte-lengths.ts';
import {
  type Header,
  type StoredMatrix,
  type StoredPart,
  type StoredProbe,
  type StoredTensor,
  tensorsOf,
} from '../container/header.ts';
import { refusal } from './refusal.ts';

/**
 * Checks a header before memory is taken for what it announces, and describes its copies as the weights that they copy, in place.
 *
 * @returns the bytes of all parts.
 * @throws GCompressError `file-header`, or `file-oversized` for weights or probes of more than `maxBytes`.
 */
export function assertHeader(header: unknown, maxBytes: number): number {
  // Of null, a number or a list, none of these is an object
  const { model, weights, probes, parts } = Object(header) as Header & { readonly weights: StoredTensor[] };
  const lists = [weights, probes, parts];
  need(isRecord(model) && lists.every(Array.isArray) && probes.map(Object).every(isProbe), 'model, weights and parts');
  const tensors = tensorsOf({ weights, probes });
  for (const [at, tensor] of tensors.entries()) {
    const [name, from] = listOf<readonly unknown[]>(tensor);
    // The earlier weight is checked already; a copy of a later weight, of itself or of none is refused as a tensor without a type
    const original = typeof name === 'string' && typeof from === 'number' && from < at && weights[from];
    if (original && at < weights.length) {
      const [, dtype, shape, storage] = original;
      tensors[at] = weights[at] = [name, dtype, shape, storage, from];
    } else assertTensor(tensor, at >= weights.length);
  }
  for (const kind of [weights, tensors.slice(weights.length)]) {
    const bytes = total(kind, decodedBytes);
    if (!(bytes <= maxBytes)) throw refusal('file-oversized', `at most ${maxBytes} bytes once decoded`, bytes);
  }
  // Every part must hold exactly the tensors that it announces, and every tensor must be in one part. TensorFlow.js finds weights by their names
  let at = 0;
  for (const part of parts) {
    const [count, bytes, checksum] = listOf(part);
    const areCounts = [count, bytes, checksum].every(isSize) && count > 0;
    need(areCounts && bytes === total(tensors.slice(at, at + count), storedBytes), 'each tensor once');
    at += count;
  }
  const names = new Set(weights.map(([name]) => name));
  need(at === tensors.length && names.size === weights.length, 'each tensor once');
  return total(tensors, storedBytes);
}

function assertTensor(tensor: StoredTensor, isProbe: boolean): void {
  const [name, dtype, shape, storage = {}] = listOf(tensor);
  const { spec = {}, bytes, matrix, seed } = Object(storage) as typeof storage;
  const isTensor =
    typeof name === 'string' && typeof dtype === 'string' && tensor.length < 5 && isRecord(storage) && isRecord(spec);
  need(isTensor, 'a name and a type of each tensor');
  const isQuantized = 'quantization' in spec;
  const isPlain = dtype === 'float32' && !isQuantized;
  // The lengths are NaN for an unknown type or shape
  const fits =
    (!isQuantized || isQuantization(spec.quantization, dtype)) &&
    isSize(decodedBytes(tensor)) &&
    isSize(product(shape)) &&
    (dtype === 'string') === isSize(bytes) &&
    (seed === undefined || (isProbe && isPlain && isSize(seed) && seed < 2 ** 32)) &&
    (matrix === undefined || (!isProbe && isPlain && isMatrix(matrix, shape))) &&
    isSize(storedBytes(tensor));
  need(fits, `a valid tensor '${name.slice(0, 60)}'`);
}

function isProbe({ inputs, outputs }: StoredProbe): boolean {
  return [inputs, outputs].every(Array.isArray);
}

/** Quantizations that TensorFlow.js can decode, of codes of a known size. */
function isQuantization(value: unknown, dtype: string): boolean {
  const { dtype: codes, scale, min } = Object(value);
  if (codes === 'float16') return dtype === 'float32';
  return [scale, min].every(Number.isFinite) && ['float32', 'int32'].includes(dtype);
}

function isMatrix(matrix: StoredMatrix, weight: readonly number[]): boolean {
  const { format, version, shape, config, swapped = false, tensors } = Object(matrix) as StoredMatrix;
  const isForm = typeof format === 'string' && isSize(version) && version > 0 && isRecord(config) && isRecord(tensors);
  if (!isForm || typeof swapped !== 'boolean' || !Object.values(tensors).every(Array.isArray)) return false;
  const size = product(shape);
  const fits = size > 0 && size === product(weight) && shape.length === 2;
  return fits && (!swapped || shape[1] === (weight[weight.length - 2] ?? 1));
}

/** The entries of a list, none of anything else. */
function listOf<T extends StoredTensor | StoredPart | readonly unknown[]>(value: T): T {
  return (Array.isArray(value) ? value : []) as unknown as T;
}

/** Whether a value has keys that are names. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function need(fits: boolean, what: string): asserts fits {
  if (!fits) throw refusal('file-header', what, 'something else');
}
