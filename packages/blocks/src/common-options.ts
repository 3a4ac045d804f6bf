// The options of all three methods, and their checks.
import { assertOneOf, assertSeed } from '@gcompress/core/checks';

/** Options of all methods of this package. */
export interface CommonOptions {
  /**
   * The start values of the factors: `'fit'` (default) fits them to the matrix; `'random'` ignores the matrix and draws them uniformly
   * around zero, as the reference does, for a structure that is trained from the beginning.
   */
  readonly start?: 'fit' | 'random';
  /** Seed of the random start, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Accept a size at which the factors are not smaller than the matrix. Default false. */
  readonly allowLarger?: boolean;
}

/** Names of {@link CommonOptions}. */
export const COMMON_OPTIONS = ['start', 'seed', 'allowLarger'];

/** Checks the common options and adds their defaults. */
export function completeCommon(where: string, given: CommonOptions): Required<CommonOptions> {
  const { start = 'fit', seed = 0, allowLarger = false } = given;
  assertOneOf(where, 'start', start, ['fit', 'random']);
  assertSeed(seed, where);
  assertOneOf(where, 'allowLarger', allowLarger, [true, false]);
  return { start, seed, allowLarger };
}
