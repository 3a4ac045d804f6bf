// Checks that a value is JSON, so that it is the same after it was stored, and writes it in one canonical form.
import { GCompressError, type JsonObject, type JsonValue } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';

/** Nesting that nobody needs; deeper values are circular. */
const DEEPEST = 64;

/**
 * Refuses anything that JSON does not keep: NaN and infinities, undefined, functions, objects of classes.
 *
 * @param where the place, as the message names it.
 * @throws GCompressError `invalid-option`, naming the entry.
 */
export function assertJsonObject(where: string, value: unknown): asserts value is JsonObject {
  if (!isPlainObject(value)) throw refused(where, 'an object', value);
  assertJson(where, value, 0);
}

function assertJson(where: string, value: unknown, depth: number): void {
  if (depth > DEEPEST) throw refused(where, `at most ${DEEPEST} levels of nesting`, 'more');
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refused(where, 'a finite number', value);
  } else if (Array.isArray(value)) {
    for (const [i, entry] of value.entries()) assertJson(`${where}[${i}]`, entry, depth + 1);
  } else if (isPlainObject(value)) {
    for (const [key, entry] of Object.entries(value)) assertJson(`${where}.${key}`, entry, depth + 1);
  } else if (value !== null && typeof value !== 'string' && typeof value !== 'boolean') {
    throw refused(where, 'a value of JSON', value);
  }
}

/** The text of a JSON value with the keys of all objects in alphabetical order, so that equal values have equal texts. */
export function canonicalJson(value: JsonValue): string {
  return JSON.stringify(value, (_, entry: JsonValue) =>
    isPlainObject(entry) ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1))) : entry,
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function refused(where: string, expected: string, actual: unknown): GCompressError {
  return new GCompressError('invalid-option', { where, expected, actual: describeValue(actual) });
}
