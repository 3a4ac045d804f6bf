import { assertShape2D, GCompressError, type JsonObject } from '@gcompress/core';
import type { PackedForm } from './packed-dense.ts';

/** What a compressed layer's configuration says of its compression. */
export interface StoredCompression {
  /** Name of the method. */
  readonly method: string;
  readonly options: JsonObject;
  readonly schedule: JsonObject;
}

const DTYPES: readonly unknown[] = ['float32', 'int32', 'uint32', 'uint16', 'uint8'];

/**
 * Reads what `CompressedDense` wrote into its configuration; the file may be hostile.
 *
 * @throws GCompressError `file-header`.
 */
export function parseCompression(text: unknown): StoredCompression {
  const stored = parseObject(text, 'CompressedDense');
  const { method, options, schedule } = stored;
  if (typeof method === 'string' && isObject(options) && isObject(schedule)) return { method, options, schedule };
  throw badConfig('CompressedDense', 'method, options and schedule', stored);
}

/**
 * Reads what `PackedDense` wrote into its configuration; the file may be hostile.
 *
 * @throws GCompressError `file-header`, or `invalid-matrix` for a shape that is none.
 */
export function parsePacked(text: unknown): PackedForm & { readonly format: string } {
  const stored = parseObject(text, 'PackedDense');
  const { format, version, shape, config, tensors } = stored;
  const valid = typeof format === 'string' && Number.isSafeInteger(version) && Array.isArray(shape) && isObject(config);
  if (!valid || !isObject(tensors) || !Object.values(tensors).every(isTensorForm)) {
    throw badConfig('PackedDense', 'format, version, shape, config and tensors', stored);
  }
  assertShape2D(shape as number[], 'PackedDense');
  return stored as unknown as PackedForm & { readonly format: string };
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
