// Checks of the kit's arguments, before any test is registered or run.
import { GCompressError } from '@gcompress/core';
import { assertType, describeValue } from '@gcompress/core/checks';
import type { TestRunner } from './check.ts';

/**
 * Checks `{ describe, it }`.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertRunner(where: string, runner: unknown): asserts runner is TestRunner {
  assertType(where, 'runner', runner, 'object', 'Pass { describe, it } of vitest, jest or node:test.');
  const { describe, it } = runner as Partial<TestRunner>;
  assertType(`${where} runner`, 'describe', describe, 'function');
  assertType(`${where} runner`, 'it', it, 'function');
}

/**
 * Checks a list of numbers.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertNumbers(where: string, values: unknown): asserts values is ArrayLike<number> {
  if (Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView))) return;
  throw new GCompressError('invalid-option', { where, expected: 'an array of numbers', actual: describeValue(values) });
}

/**
 * Checks a generator of fast-check.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertArbitrary(where: string, value: unknown): void {
  assertType(where, 'generator', value, 'object', 'Pass a generator of fast-check.');
  assertType(`${where} generator`, 'generate', (value as { generate?: unknown }).generate, 'function');
}
