// Options that the three methods share, and their checks.
import { assertOneOf, assertSeed } from '@gcompress/core/checks';

/** Options that all methods of this package have. */
export interface CommonOptions {
  /**
   * What the factors are: `'fit'` (default) to the matrix, or `'random'` as the reference draws them, uniform around zero,
   * for a structure that is trained from the beginning. Then the matrix plays no part.
   */
  readonly start?: 'fit' | 'random';
  /** Seed of the random start, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Accept a size at which the factors are not smaller than the matrix. Default false. */
  readonly allowLarger?: boolean;
}

/** Names of {@link CommonOptions}. */
export const COMMON_OPTIONS = ['start', 'seed', 'allowLarger'];

/** The common options with their defaults, checked. */
export function completeCommon(where: string, given: CommonOptions): Required<CommonOptions> {
  const { start = 'fit', seed = 0, allowLarger = false } = given;
  assertOneOf(where, 'start', start, ['fit', 'random']);
  assertSeed(seed, where);
  assertOneOf(where, 'allowLarger', allowLarger, [true, false]);
  return { start, seed, allowLarger };
}
