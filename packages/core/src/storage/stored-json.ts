// JSON of a file, which may be hostile: of any depth, and with objects where numbers or strings belong.
import { fileError } from '../checks/errors.ts';
import { describeValue } from '../checks/option-checks.ts';

/** How deep a header may nest: stacked methods take three levels each. */
const MAX_DEPTH = 64;

/** Whether no array or object lies more than {@link MAX_DEPTH} levels deep, so that recursion through the value is safe. */
export function isShallow(value: unknown, depth: number = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1));
}

/**
 * A JSON object of a file, from text or its bytes in UTF-8.
 *
 * @throws GCompressError `file-header` for other JSON, for what nests too deep, and for no JSON.
 */
export function parseObject(text: string | Uint8Array, where: string, expected: string): Record<string, unknown> {
  const headerError = (actual: string, cause?: unknown) =>
    fileError('file-header', where, expected, actual, undefined, cause);
  let parsed: unknown;
  try {
    parsed = JSON.parse(typeof text === 'string' ? text : new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (cause) {
    // Where a text nests deep, the parser of an engine may run out of stack, which is caught here too
    throw headerError('no JSON in UTF-8', cause);
  }
  if (!isRecord(parsed)) throw headerError(describeValue(parsed));
  if (!isShallow(parsed)) throw headerError(`more than ${MAX_DEPTH} levels of nesting`);
  return parsed;
}

/** Whether a value is an object and no array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a list of integers from 0 on. */
export function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((side) => Number.isSafeInteger(side) && side >= 0);
}
