// Errors of the file reader, each with a hint by its code.
import { GCompressError } from '@gcompress/core';

const AGAIN = 'Download or copy it again.';
const UPDATE = 'Update the package that reads it.';

/** Hints by error code. */
const HINTS: Readonly<Record<string, string>> = {
  'file-html': 'A server that has no such file may answer with a page; check the address.',
  'file-checksum': AGAIN,
  'file-truncated': AGAIN,
  'file-interrupted': AGAIN,
  'file-oversized': 'Allow more by limits: { maxBytes }, or do not trust this file.',
  'unsupported-version': UPDATE,
  'unknown-format': 'Pass what decodes it: formats: [ … ].',
};

/** The error for a file, or for an argument of its reader. */
export function refusal(
  code: string,
  expected: string,
  actual: unknown,
  cause?: unknown,
  where = 'packed file',
): GCompressError {
  const hint = HINTS[code];
  const details = { where, expected, actual: String(actual), cause };
  return new GCompressError(code, hint ? { ...details, hint } : details);
}

/**
 * Checks an argument without the messages of core's own checks, which a page would have to carry.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertArgument(fits: boolean, where: string, expected: string, value: unknown): asserts fits {
  const kind = typeof value === 'number' || value === null ? `${value}` : `a value of type ${typeof value}`;
  if (!fits) throw refusal('invalid-option', expected, kind, undefined, where);
}

/** The message of an error, for the error that it causes. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
