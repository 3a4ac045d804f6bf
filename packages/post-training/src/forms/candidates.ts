// The forms among which a size is chosen for each weight.
import { type CompressionMethod, GCompressError, type MatrixCompressor, type Shape2D } from '@gcompress/core';
import { budgetBytes, describeValue, type SizeBudget } from '@gcompress/core/checks';
import type { PackableWeight } from '@gcompress/packed';
import { uniform } from '@gcompress/uniform';

/** A method that can be asked for a size; `lowRank`, `kMeans`, `uniform` and others are such methods. */
export type SizedMethod = Pick<CompressionMethod, 'forBudget'>;

/** A compressor, or a method that is asked for compressors of many sizes. */
export type Candidate = MatrixCompressor | SizedMethod;

/** The candidates of a weight: the same for all, or a function of the weight. */
export type Candidates = readonly Candidate[] | ((weight: PackableWeight) => readonly Candidate[]);

/** A compressor, and the method that may be asked for sizes beside it. */
export interface SizedCompressor {
  readonly compressor: MatrixCompressor;
  readonly method?: SizedMethod;
}

/** Sizes that a method is asked for at first, in bits of an entry. */
const BITS = [0.5, 1.5, 3, 5, 8];
/** The part of the bytes that steps of columns may take. */
const STEPS_PART = 0.1;

/** Uniform levels, with a step for each column where these take few of the bytes. */
export const uniformLevels: SizedMethod = {
  forBudget(shape, budget) {
    const bytes = budgetBytes('uniform', budget, shape);
    const stepBytes = Float32Array.BYTES_PER_ELEMENT * shape[1];
    // What `budget` allows is known, so that it is the same for both kinds of steps
    return stepBytes <= STEPS_PART * bytes
      ? uniform({ bytes, steps: 'column' })
      : uniform.forBudget?.(shape, { bytes });
  },
};

/**
 * The compressors that are tried first for a matrix of this shape.
 *
 * @throws GCompressError `invalid-option` for anything but candidates.
 */
export function firstCompressors(
  candidates: Candidates,
  weight: PackableWeight,
  shape: Shape2D,
): readonly SizedCompressor[] {
  const list: unknown = typeof candidates === 'function' ? candidates(weight) : candidates;
  assertCandidates(list, `compressNow candidates for '${weight.name}'`);
  return list.flatMap((candidate): readonly SizedCompressor[] => {
    if ('compress' in candidate) return [{ compressor: candidate }];
    return BITS.flatMap((bits) => ofSize(candidate, shape, { ratio: 32 / bits }));
  });
}

/** The compressor of a method for a size, if it has one. */
export function ofSize(method: SizedMethod, shape: Shape2D, budget: SizeBudget): readonly SizedCompressor[] {
  const compressor = method.forBudget?.(shape, budget);
  return compressor ? [{ compressor, method }] : [];
}

/**
 * Refuses anything but a list of compressors and methods that can be asked for sizes.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertCandidates(list: unknown, where: string): asserts list is readonly Candidate[] {
  const wrong = Array.isArray(list) ? list.find((one: unknown) => !isCandidate(one)) : list;
  if (Array.isArray(list) && list.every(isCandidate)) return;
  throw new GCompressError('invalid-option', {
    where,
    expected: 'a list of compressors, and of methods that have forBudget',
    actual: describeValue(wrong),
    hint: 'Pass [uniform, lowRank], or [kMeans({ levels: 16 }), kMeans({ levels: 64 })].',
  });
}

function isCandidate(value: unknown): value is Candidate {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const { compress, plan, format, forBudget } = value as Partial<MatrixCompressor & SizedMethod>;
  const isCompressor = typeof compress === 'function' && typeof plan === 'function' && typeof format === 'object';
  return isCompressor || (compress === undefined && typeof forBudget === 'function');
}
