// Checks the JSON of a header, which may be hostile: every field may hold any value.
import { decodedBytes, isSize, product, storedBytes } from '../container/byte-lengths.ts';
import { type Header, type StoredMatrix, type StoredTensor, tensorsOf } from '../container/header.ts';
import { refusal } from './refusal.ts';

/**
 * Checks a header before memory is taken for what it announces.
 *
 * @returns the bytes of all parts.
 * @throws GCompressError `file-header`, or `file-oversized` for weights or probes of more than `maxBytes`.
 */
export function assertHeader(header: unknown, maxBytes: number): number {
  const { model, weights, probes, parts } = recordOf(header) as unknown as Header;
  need(isRecord(model) && [weights, probes, parts].every(Array.isArray), 'model, weights, probes and parts');
  for (const weight of weights) assertTensor(weight, false);
  for (const probe of probes) {
    const { inputs, outputs } = recordOf(probe) as unknown as typeof probe;
    need([inputs, outputs].every(Array.isArray), 'inputs and outputs of a probe');
    for (const tensor of [...inputs, ...outputs]) assertTensor(tensor, true);
  }
  const tensors = tensorsOf({ weights, probes });
  for (const kind of [weights, tensors.slice(weights.length)]) {
    const bytes = total(kind, decodedBytes);
    if (!(bytes <= maxBytes)) throw refusal('file-oversized', `at most ${maxBytes} bytes once decoded`, bytes);
  }
  // Every part must hold exactly the tensors that it announces, and every tensor must be in one part
  let at = 0;
  for (const part of parts) {
    need(Array.isArray(part) && part.slice(0, 3).filter(isSize).length === 3 && part[0] > 0, 'counts of a part');
    need(part[1] === total(tensors.slice(at, at + part[0]), storedBytes), `tensors of ${part[1]} bytes in a part`);
    at += part[0];
  }
  need(at === tensors.length, `${tensors.length} tensors in the parts`);
  return total(tensors, storedBytes);
}

function assertTensor(tensor: unknown, isProbe: boolean): void {
  const [name, dtype, shape, storage = {}] = Array.isArray(tensor) ? (tensor as unknown as StoredTensor) : [];
  const { spec = {}, bytes, matrix, seed } = recordOf(storage) as NonNullable<StoredTensor[3]>;
  need(typeof name === 'string' && typeof dtype === 'string' && isRecord(spec), 'name, type and shape of a tensor');
  const where = `of tensor '${name.slice(0, 60)}'`;
  const isQuantized = 'quantization' in spec;
  need(!isQuantized || isQuantization(spec.quantization, dtype), `quantization ${where}`);
  // The lengths are NaN for an unknown type or shape
  const known = isSize(decodedBytes(tensor as StoredTensor)) && isSize(product(shape as number[]));
  need(known && (dtype === 'string') === isSize(bytes), `type and shape ${where}`);
  const isPlain = dtype === 'float32' && !isQuantized;
  need(seed === undefined || (isProbe && isPlain && isSize(seed) && seed < 2 ** 32), `seed ${where}`);
  need(matrix === undefined || (!isProbe && isPlain && isMatrix(matrix, shape as number[])), `matrix ${where}`);
  need(isSize(storedBytes(tensor as StoredTensor)), `types and shapes ${where}`);
}

/** Quantizations that TensorFlow.js can decode. */
function isQuantization(value: unknown, dtype: string): boolean {
  const { dtype: codes, scale, min } = recordOf(value);
  if (codes === 'float16') return dtype === 'float32';
  const isLinear = (codes === 'uint8' || codes === 'uint16') && typeof scale === 'number' && typeof min === 'number';
  return isLinear && (dtype === 'float32' || dtype === 'int32');
}

function isMatrix(matrix: StoredMatrix, weight: readonly number[]): boolean {
  const { format, version, shape, config, swapped = false, tensors } = recordOf(matrix) as unknown as StoredMatrix;
  const isForm = typeof format === 'string' && isSize(version) && version > 0 && isRecord(config) && isRecord(tensors);
  if (!isForm || typeof swapped !== 'boolean' || !Object.values(tensors).every(Array.isArray)) return false;
  const size = product(shape);
  const fits = size > 0 && size === product(weight) && shape.length === 2;
  return fits && (!swapped || shape[1] === (weight[weight.length - 2] ?? 1));
}

/** The value as an object with keys; refuses everything else. */
function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  need(isRecord(value), 'an object');
  return value;
}

/** Whether a value has keys that are names. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function total(tensors: readonly StoredTensor[], bytes: (tensor: StoredTensor) => number): number {
  return tensors.reduce((sum, tensor) => sum + bytes(tensor), 0);
}

function need(fits: boolean, what: string): asserts fits {
  if (!fits) throw refusal('file-header', what, 'something else');
}
