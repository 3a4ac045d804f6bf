import { assertShape2D, GCompressError, type JsonObject } from '@gcompress/core';
import type { KernelSplit } from './layer-kinds.ts';
import type { PackedForm, Preference } from './packed-layer.ts';

/** What a compressed layer's configuration says of its compression. */
export interface StoredCompression {
  /** Name of the method. */
  readonly method: string;
  readonly options: JsonObject;
  readonly schedule: JsonObject;
  /** Names of the matrices. */
  readonly matrices: readonly string[];
  readonly split: KernelSplit;
}

/** What a packed layer's configuration says of its matrices. */
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

const DTYPES: readonly unknown[] = ['float32', 'int32', 'uint32', 'uint16', 'uint8'];

/**
 * JSON for a layer's configuration. Saving and loading, tfjs rewrites the case of all keys and strings in it, by capitals and
 * underscores: here they are written as escapes, and so survive.
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
 * @throws GCompressError `file-header`, or `invalid-matrix` for a shape that is none.
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
    for (const { shape } of matrices) assertShape2D(shape, 'PackedLayer');
    return { matrices, split, prefer };
  }
  throw badConfig(
    'PackedLayer',
    'split, prefer, and matrices with name, format, version, shape, config and tensors',
    stored,
  );
}

/**
 * Reads the layer inside of a compressed or packed one; the file may be hostile.
 *
 * @throws GCompressError `file-header`.
 */
export function parseInnerLayer(stored: unknown): StoredLayer {
  if (isObject(stored) && typeof stored.className === 'string' && isObject(stored.config)) {
    return { className: stored.className, config: stored.config };
  }
  throw badConfig('compressed', 'a layer inside, with class name and configuration', stored);
}

function isPackedForm(value: unknown): value is StoredPacking['matrices'][number] {
  if (!isObject(value)) return false;
  const { name, format, version, shape, config, tensors } = value;
  const named = typeof name === 'string' && typeof format === 'string' && Number.isSafeInteger(version);
  return (
    named && Array.isArray(shape) && isObject(config) && isObject(tensors) && Object.values(tensors).every(isTensorForm)
  );
}

function isSplit(value: unknown): value is KernelSplit {
  return value === 'filters' || value === 'spatial';
}

/** At least one name, and none twice. */
function areNames(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every((name) => typeof name === 'string') && new Set(value).size === value.length;
}

function isTensorForm(value: unknown): boolean {
  if (!isObject(value) || !Array.isArray(value.shape) || !DTYPES.includes(value.dtype)) return false;
  return value.shape.every((side) => Number.isSafeInteger(side) && Number(side) >= 0);
}

function parseObject(text: unknown, className: string): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(String(text));
  } catch (cause) {
    throw badConfig(className, 'JSON', text, cause);
  }
  if (isObject(parsed)) return parsed;
  throw badConfig(className, 'an object', text);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function badConfig(className: string, expected: string, actual: unknown, cause?: unknown): GCompressError {
  return new GCompressError('file-header', {
    where: `configuration of a ${className} layer`,
    expected,
    actual: (typeof actual === 'string' ? actual : (JSON.stringify(actual) ?? 'nothing')).slice(0, 60),
    hint: 'The model was written by another program, damaged, or is hostile.',
    cause,
  });
}
