// Checks the magic letters and the version at the start of a file.
import { refusal } from './refusal.ts';

/**
 * Checks as many of the letters and version bytes as have been read.
 *
 * @throws GCompressError `file-html` for a page, `file-header` for other letters, `unsupported-version` for a newer version.
 */
export function assertBeginning(start: Uint8Array, letters: string, newest: number): void {
  const text = String.fromCharCode(...start.subarray(0, 16));
  const expected = `a file that begins with '${letters}'`;
  if (/^(\xef\xbb\xbf)?\s*</.test(text)) throw refusal('file-html', expected, `'${text.trim()}'`);
  if (!text.startsWith(letters.slice(0, text.length))) throw refusal('file-header', expected, `'${text.slice(0, 3)}'`);
  const version = start[letters.length];
  if (version === 0 || version > newest) throw refusal('unsupported-version', `version 1 to ${newest}`, version);
}
