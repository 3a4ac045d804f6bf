// Reads and checks a model.json that may be hostile.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';

/** How deep the JSON of a model may be nested; a nested model adds about six levels. */
const MAX_DEPTH = 1_000;
const MAX_RANK = 6;
const ELEMENT_BYTES = new Map<unknown, number>(
  Object.entries({ float32: 4, int32: 4, bool: 1, complex64: 8, string: 4, uint8: 1, uint16: 2, float16: 2 }),
);
const DTYPES = ['float32', 'int32', 'bool', 'complex64', 'string'];
const QUANTIZED = ['uint8', 'uint16', 'float16'];
const TEXTS = ['format', 'generatedBy', 'convertedBy'];
const OBJECTS = ['modelTopology', 'trainingConfig', 'userDefinedMetadata', 'signature', 'modelInitializer'];

/** A checked `model.json`: the model without its weights, the paths of the weight files, and the descriptions of the weights. */
export interface CheckedModel {
  readonly description: Record<string, unknown>;
  readonly paths: readonly string[];
  readonly weightSpecs: io.WeightsManifestEntry[];
}

/**
 * Reads `model.json`; everything in it may be hostile.
 *
 * @throws GCompressError `file-header`.
 */
export function parseModelJson(where: string, text: string): CheckedModel {
  assertShallow(where, text);
  let model: unknown;
  try {
    model = JSON.parse(text);
  } catch (cause) {
    throw badModel(where, 'JSON', describeValue(text.slice(0, 40)), cause);
  }
  if (!isObject(model)) throw badModel(where, 'an object', describeValue(model));
  const { weightsManifest, ...description } = model;
  for (const [keys, fits, what] of [
    [TEXTS, isText, 'a text'],
    [OBJECTS, isObject, 'an object'],
  ] as const) {
    for (const key of keys) {
      const value = model[key] ?? undefined;
      if (value !== undefined && !fits(value)) throw badModel(`${where}, ${key}`, what, describeValue(value));
    }
  }
  if (!Array.isArray(weightsManifest)) throw badModel(where, 'a weightsManifest', describeValue(weightsManifest));
  const paths: string[] = [];
  const weightSpecs: io.WeightsManifestEntry[] = [];
  for (const group of weightsManifest as unknown[]) {
    if (!isObject(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights)) {
      throw badModel(`${where}, weightsManifest`, 'groups with paths and weights', describeValue(group));
    }
    for (const path of group.paths) {
      if (!isText(path) || path === '' || path.includes('\0')) {
        throw badModel(`${where}, weightsManifest`, 'names of weight files', describeValue(path));
      }
      paths.push(path);
    }
    for (const weight of group.weights) weightSpecs.push(checkedWeight(`${where}, weightsManifest`, weight));
  }
  const names = new Set(weightSpecs.map(({ name }) => name));
  if (names.size < weightSpecs.length) throw badModel(where, 'weights of different names', 'a name that comes twice');
  return { description, paths, weightSpecs };
}

/** Bytes of the weight in the file; for texts, the least number of bytes. */
export function storedBytes({ dtype, shape, quantization }: io.WeightsManifestEntry): number {
  return shape.reduce((size, side) => size * side, ELEMENT_BYTES.get(quantization?.dtype ?? dtype) ?? 0);
}

function checkedWeight(where: string, weight: unknown): io.WeightsManifestEntry {
  if (!isObject(weight)) throw badModel(where, 'weights that are objects', describeValue(weight));
  const { name, shape, dtype, quantization } = weight;
  if (!isText(name) || name === '__proto__') throw badModel(where, 'a name of each weight', describeValue(name));
  const of = `${where}, weight '${name.slice(0, 80)}'`;
  if (!isText(dtype) || !DTYPES.includes(dtype)) throw badModel(of, DTYPES.join(', '), describeValue(dtype));
  if (!Array.isArray(shape) || shape.length > MAX_RANK) {
    throw badModel(of, `a shape of at most ${MAX_RANK} sides`, describeValue(shape));
  }
  for (const side of shape) {
    if (!Number.isSafeInteger(side) || side < 0) {
      throw badModel(of, 'sides that are whole numbers of at least 0', describeValue(side));
    }
  }
  if (!Number.isSafeInteger(shape.reduce((size, side) => size * side, 8))) {
    throw badModel(of, 'a size that can be counted', `[${shape.join(', ')}]`);
  }
  if (quantization !== undefined) assertQuantization(of, dtype, quantization);
  return weight as unknown as io.WeightsManifestEntry;
}

function assertQuantization(of: string, dtype: string, quantization: unknown): void {
  if (!isObject(quantization)) throw badModel(of, 'quantization as an object', describeValue(quantization));
  const { dtype: stored, scale, min } = quantization;
  const half = stored === 'float16';
  if (!isText(stored) || !QUANTIZED.includes(stored) || !(dtype === 'float32' || (dtype === 'int32' && !half))) {
    throw badModel(of, `quantization of ${dtype} that TensorFlow.js reads`, describeValue(stored));
  }
  if (half && scale === undefined && min === undefined) return;
  for (const value of [scale, min]) {
    if (!Number.isFinite(value)) throw badModel(of, 'finite scale and min', describeValue(value));
  }
}

/** Refuses deep nesting. JSON.parse accepts any depth, but code that walks over the result overflows the stack. */
function assertShallow(where: string, text: string): void {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === 0x5c) i++;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x5b || code === 0x7b) depth++;
    else if (code === 0x5d || code === 0x7d) depth--;
    if (depth > MAX_DEPTH) throw badModel(where, `at most ${MAX_DEPTH} levels of nesting`, `more at character ${i}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** The error for an invalid `model.json`. */
export function badModel(where: string, expected: string, actual: string, cause?: unknown): GCompressError {
  return new GCompressError('file-header', { where, expected, actual, cause });
}
