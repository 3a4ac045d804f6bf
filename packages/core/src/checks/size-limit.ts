// The limit on the values that one matrix or one file may have.
import { GCompressError } from './errors.ts';
import { assertNumber, describeValue } from './option-checks.ts';

/** The most values that one matrix or derived factor may have: 2^28, a gibibyte of float32. */
export const MAX_ELEMENTS = 2 ** 28;

/** How much a reader may spend on a file, whatever the file announces. */
export interface ReadLimits {
  /**
   * The most values that all matrices of a file may have together once they are decompressed, and that anything derived on the way may
   * have. Default {@link MAX_ELEMENTS}: 1 GiB of float32.
   */
  readonly maxElements?: number;
}

/**
 * Refuses an allocation whose size comes from outside before it happens.
 *
 * @param most default {@link MAX_ELEMENTS}; a reader passes the `maxElements` of its {@link ReadLimits}.
 * @throws GCompressError `file-oversized` for more than `most` values, or anything but a number.
 */
export function assertElementLimit(elements: number, where: string, most: number = MAX_ELEMENTS): void {
  assertNumber(String(where), 'limit', most, { min: 0 });
  if (typeof elements === 'number' && elements <= most) return;
  throw new GCompressError('file-oversized', {
    where: String(where),
    expected: `at most ${most} values`,
    actual: describeValue(elements),
    hint: 'Allow more, split the matrix, or do not trust this file.',
  });
}
