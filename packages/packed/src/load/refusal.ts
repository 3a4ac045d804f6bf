// The errors of a reader, which all speak of the file.
import { GCompressError } from '@gcompress/core';

const AGAIN = 'Download or copy it again.';
const UPDATE = 'Update the package that reads it.';

/** What a user can do, by what went wrong. */
const HINTS: Readonly<Record<string, string>> = {
  'file-html': 'A server that has no such file may answer with a page; check the address.',
  'file-checksum': AGAIN,
  'file-truncated': AGAIN,
  'file-interrupted': AGAIN,
  'file-oversized': 'Allow more by limits: { maxBytes }, or do not trust this file.',
  'unsupported-version': UPDATE,
  'unknown-format': 'Pass what decodes it: formats: [ … ].',
};

/** The error for a file that is refused. */
export function refusal(code: string, expected: string, actual: unknown, cause?: unknown): GCompressError {
  const hint = HINTS[code];
  const details = { where: 'packed file', expected, actual: String(actual), cause };
  return new GCompressError(code, hint ? { ...details, hint } : details);
}

/** What an error says, for the one that it leads to. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
