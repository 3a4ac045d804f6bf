import { GCompressError } from './errors.ts';

/** The most values that one matrix or derived factor may have: 2^28, a gibibyte of float32. */
export const MAX_ELEMENTS = 2 ** 28;

/**
 * Refuses an allocation whose size comes from outside before it happens.
 *
 * @throws GCompressError `file-oversized` above {@link MAX_ELEMENTS} values.
 */
export function assertElementLimit(elements: number, where: string): void {
  if (!(elements <= MAX_ELEMENTS)) {
    throw new GCompressError('file-oversized', {
      where,
      expected: `at most ${MAX_ELEMENTS} values`,
      actual: `${elements}`,
      hint: 'Split the matrix, or do not trust this file.',
    });
  }
}
