// The configurations of compressed and packed layers, as JSON that survives saving and loading.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { assertElementLimit, assertShape2D, describeValue } from '@gcompress/core/checks';
import type { Preference } from '../../weight/choose-execution.ts';
import type { KernelSplit } from '../../weight/weight-views.ts';
import type { PackedForm } from './packed-form.ts';

/** The part of a compressed layer's configuration about its compression. */
export interface StoredCompression {
  /** Name of the method. */
  readonly method: string;
  readonly options: JsonObject;
  readonly schedule: JsonObject;
  /** Names of the matrices. */
  readonly matrices: readonly string[];
  readonly split: KernelSplit;
}

/** The part of a packed layer's configuration about its matrices. */
export interface StoredPacking {
  readonly matrices: readonly (PackedForm & { readonly name: string; readonly format: string })[];
  readonly split: KernelSplit;
  readonly prefer: Preference;
}

/** A layer as stock wrappers write it. */
export interface StoredLayer {
  readonly className: string;
  readonly config: JsonObject;
}

/** The deepest nesting that is read. No configuration that we write is as deep, and deeper ones would overflow the stack. */
const DEEPEST = 64;

/** The names of weights that TensorFlow.js accepts. */
const NAME = /^[A-Za-z0-9][-\w./]*$/;

const DTYPES: readonly unknown[] = ['float32', 'int32', 'uint32', 'uint16', 'uint8'];

/**
 * JSON for a layer's configuration. When it saves and loads, tfjs rewrites the case of all keys and strings, by capitals and
 * underscores. This function writes both as escapes, which tfjs leaves as they are.
 */
export function storedText(value: JsonObject): string {
  return JSON.stringify(value).replace(/[A-Z_]|[^ -~]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/**
 * Reads what `CompressedLayer` wrote into its configuration; the file may be hostile.
 *
 * @throws GCompressError `file-header`.
 */
export function parseCompression(text: unknown): StoredCompression {
  const stored = parseObject(text, 'CompressedLayer');
  const { method, options, schedule, matrices, split } = stored;
  const valid = typeof method === 'string' && isObject(options) && isObject(schedule) && isSplit(split);
  if (valid && areNames(matrices)) return { method, options, schedule, matrices, split };
  throw badConfig('CompressedLayer', 'method, options, schedule, matrices and split', stored);
}

/**
 * Reads what `PackedLayer` wrote into its configuration; the file may be hostile.
 *
 * @throws GCompressError `file-header`, or `invalid-matrix` for an invalid shape.
 */
export function parsePacked(text: unknown): StoredPacking {
  const stored = parseObject(text, 'PackedLayer');
  const { matrices, split, prefer } = stored;
  if (
    isSplit(split) &&
    (prefer === 'speed' || prefer === 'memory') &&
    Array.isArray(matrices) &&
    matrices.every(isPackedForm) &&
    areNames(matrices.map(({ name }) => name))
  ) {
    for (const { shape } of matrices) {
      assertShape2D(shape, 'PackedLayer');
      assertElementLimit(shape[0] * shape[1], 'PackedLayer');
    }
    return { matrices, split, prefer };
  }
  throw badConfig(
    'PackedLayer',
    'split, prefer, and matrices with name, format, version, shape, config and tensors',
    stored,
  );
}

/**
 * Reads the inner layer of a compressed or packed layer; the file may be hostile.
 *
 * @throws GCompressError `file-header`.
 */
export function parseInnerLayer(stored: unknown): StoredLayer {
  if (isObject(stored) && typeof stored.className === 'string' && isObject(stored.config)) {
    return { className: stored.className, config: stored.config };
  }
  throw badConfig('compressed', 'an inner layer with class name and configuration', stored);
}

function isPackedForm(value: unknown): value is StoredPacking['matrices'][number] {
  if (!isObject(value)) return false;
  const { name, format, version, shape, config, tensors } = value;
  const named = isName(name) && typeof format === 'string' && Number.isSafeInteger(version);
  if (!named || !isObject(config) || !isObject(tensors)) return false;
  // Whether the numbers are valid sides is checked later, with an error of its own
  const shaped = Array.isArray(shape) && shape.every((side) => typeof side === 'number');
  return shaped && Object.keys(tensors).every(isName) && Object.values(tensors).every(isTensorForm);
}

function isSplit(value: unknown): value is KernelSplit {
  return value === 'filters' || value === 'spatial';
}

/** True for a list of at least one name, without duplicates. */
function areNames(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every(isName) && new Set(value).size === value.length;
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && NAME.test(value);
}

function isTensorForm(value: unknown): boolean {
  if (!isObject(value) || !Array.isArray(value.shape) || !DTYPES.includes(value.dtype)) return false;
  return value.shape.every((side) => Number.isSafeInteger(side) && Number(side) >= 0);
}

function parseObject(text: unknown, className: string): JsonObject {
  if (typeof text !== 'string') throw badConfig(className, 'JSON', text);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw badConfig(className, 'JSON', text, cause);
  }
  if (isTooDeep(parsed)) throw badConfig(className, `objects nested at most ${DEEPEST} deep`, text);
  if (isObject(parsed)) return parsed;
  throw badConfig(className, 'an object', text);
}

/** Walks level by level, because recursion would overflow the stack on deep input. */
function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function badConfig(className: string, expected: string, actual: unknown, cause?: unknown): GCompressError {
  return new GCompressError('file-header', {
    where: `configuration of a ${className} layer`,
    expected,
    actual: typeof actual === 'string' ? actual.slice(0, 60) : shown(actual),
    hint: 'The model was written by another program, damaged, or is hostile.',
    cause,
  });
}

function shown(value: unknown): string {
  // Only the keys, because the values may be too deep to print
  return isObject(value)
    ? `an object of ${Object.keys(value).join(', ').slice(0, 60) || 'nothing'}`
    : describeValue(value);
}
