// Checks of JSON that may be hostile.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';

/** The deepest nesting of objects and lists: more than any program needs, and small enough for any stack. */
const MAX_DEPTH = 64;

/**
 * Checks that a value is a JSON object that survives being written to a file and read.
 *
 * @throws GCompressError with the given code; it names the wrong value.
 */
export function assertJsonObject(
  where: string,
  value: unknown,
  code: 'file-header' | 'invalid-option',
): asserts value is JsonObject {
  const refuse = (expected: string, actual: string) => new GCompressError(code, { where, expected, actual });
  if (!isContainer(value) || Array.isArray(value)) throw refuse('a JSON object', describeValue(value));
  let level: object[] = [value];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw refuse(`at most ${MAX_DEPTH} levels of objects and lists`, 'more');
    const entries = level.flatMap((container) => Object.values(container) as unknown[]);
    const wrong = entries.findIndex((entry) => !isContainer(entry) && !isScalar(entry));
    if (wrong >= 0) throw refuse('values that JSON has', describeValue(entries[wrong]));
    level = entries.filter(isContainer);
  }
}

function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}
