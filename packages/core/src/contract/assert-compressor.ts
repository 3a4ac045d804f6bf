// Checks that a value handed over by JavaScript is a compressor.
import { GCompressError } from '../checks/errors.ts';
import { describeValue } from '../checks/option-checks.ts';
import type { MatrixCompressor } from './matrix-compressor.ts';

/**
 * Refuses anything but a compressor; a method that was not called is told so.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertCompressor(where: string, name: string, value: unknown): asserts value is MatrixCompressor {
  const { method, options, format, plan, compress } = membersOf(value);
  const complete = typeof method === 'string' && isObject(options) && isObject(format);
  if (complete && isObject(value) && typeof plan === 'function' && typeof compress === 'function') return;
  throw new GCompressError('invalid-option', {
    where: `${String(where)} ${String(name)}`,
    expected: 'a compressor',
    actual: typeof value === 'function' ? uncalled(method) : describeValue(value),
    hint: typeof value === 'function' ? 'Call it: lowRank({ … }).' : 'Pass what a method returns: lowRank({ … }).',
  });
}

function uncalled(method: unknown): string {
  return typeof method === 'string' ? `the method '${method}', which was not called` : 'a function';
}

/** An object or function; reading a member of either is safe. */
function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) || typeof value === 'function' ? (value as Readonly<Record<string, unknown>>) : {};
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
