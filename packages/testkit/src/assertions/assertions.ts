// Assertions with messages that name the found values, without a test framework.
import { isGCompressError, type JsonValue } from '@gcompress/core';

/** Thrown by a failed check: the subject breaks the contract. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError';

  constructor(message: string, options?: ErrorOptions) {
    // JavaScript callers may pass a symbol, which cannot become a text
    super(String(message), options);
  }
}

/** Throws a {@link ConformanceError} with this message unless the condition holds. */
export function ensure(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new ConformanceError(typeof message === 'string' ? message : message());
}

/** Numbers equal one by one; NaN equals NaN, and 0 equals −0. */
export function sameNumbers(actual: ArrayLike<number>, expected: ArrayLike<number>): boolean {
  if (actual.length !== expected.length) return false;
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] !== expected[i] && !(Number.isNaN(actual[i]) && Number.isNaN(expected[i]))) return false;
  }
  return true;
}

/** True if two JSON values are equal, in any order of keys. */
export function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = new Map<string, JsonValue>(Object.entries(a));
  const right = new Map<string, JsonValue>(Object.entries(b));
  return (
    left.size === right.size && [...left].every(([key, value]) => right.has(key) && sameJson(value, right.get(key)))
  );
}

/** True if a value survives being written as JSON and read again. */
export function isJson(value: unknown): boolean {
  try {
    return sameJson(JSON.parse(JSON.stringify(value)), value as JsonValue);
  } catch {
    return false;
  }
}

/** Runs an action that must throw a GCompressError with one of these codes; returns that error. */
export async function ensureRefused(what: string, codes: readonly string[], action: () => unknown): Promise<Error> {
  try {
    await action();
  } catch (error) {
    const refused = isGCompressError(error) && codes.includes(error.code);
    ensure(refused, () => `${what}: must be refused with ${codes.join(' or ')}, but it threw ${describeError(error)}`);
    return error;
  }
  throw new ConformanceError(`${what}: must be refused with ${codes.join(' or ')}, but was accepted`);
}

/** A thrown value in one line. */
export function describeError(error: unknown): string {
  if (isGCompressError(error)) return `${error.code} (${error.message})`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Runs a check on each named entry; a failure names the entry. */
export async function onEach<E extends { readonly name: string }>(
  entries: readonly E[],
  run: (entry: E) => unknown,
): Promise<void> {
  for (const entry of entries) {
    try {
      await run(entry);
    } catch (cause) {
      throw new ConformanceError(`on '${entry.name}': ${describeError(cause)}`, { cause });
    }
  }
}
