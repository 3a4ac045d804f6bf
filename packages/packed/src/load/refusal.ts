// Errors of the file reader, each with a hint by its code.
import type { GCompressError } from '@gcompress/core';
import { fileError } from '@gcompress/core/storage';

const AGAIN = 'Download it again.';

/** Hints by error code. */
const HINTS: Readonly<Record<string, string>> = {
  'file-html': 'Check the address.',
  'file-checksum': AGAIN,
  'file-truncated': AGAIN,
  'file-interrupted': AGAIN,
  'file-oversized': 'Allow more by limits.',
  'unsupported-version': 'Update the reader.',
  'unknown-format': 'Pass its decoder in formats.',
};

/**
 * The error for a file, or for an argument of its reader.
 *
 * @param actual what came instead, or the error that led here.
 */
export function refusal(code: string, expected: string, actual: unknown, where = 'packed file'): GCompressError {
  const cause = actual instanceof Error ? actual : undefined;
  return fileError(code, where, expected, cause?.message ?? String(actual), HINTS[code] ?? '', cause);
}

/**
 * Checks an argument without the messages of core's own checks, which a page would have to carry.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertArgument(fits: boolean, where: string, expected: string, value: unknown): asserts fits {
  const kind = typeof value === 'number' || value === null ? value : `a value of type ${typeof value}`;
  if (!fits) throw refusal('invalid-option', expected, kind, where);
}
