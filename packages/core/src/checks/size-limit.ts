// The limit on the values that one matrix or one file may have.
import { fileError } from './errors.ts';
import { assertKnownOptions, assertNumber, describeValue } from './option-checks.ts';

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
  if (typeof elements === 'number' && typeof most === 'number' && elements <= most) return;
  const hint = 'Allow more, or do not trust this file.';
  throw fileError(
    'file-oversized',
    String(where),
    `at most ${describeValue(most)} values`,
    describeValue(elements),
    hint,
  );
}

/**
 * Checks the limits of a reader, and fills in the default.
 *
 * @returns the most values that all matrices may have together.
 * @throws GCompressError `unknown-option` or `invalid-option`.
 */
export function assertReadLimits(where: string, limits: ReadLimits): number {
  assertKnownOptions(`${where} limits`, limits, ['maxElements']);
  const { maxElements = MAX_ELEMENTS } = limits;
  assertNumber(`${where} limits`, 'maxElements', maxElements, { min: 0, integer: true });
  return maxElements;
}
