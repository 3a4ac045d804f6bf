// Candidates of a budget: the compressors that are tried for each weight.
import { type CompressionMethod, GCompressError, type MatrixCompressor, type Shape2D } from '@gcompress/core';
import { budgetBytes, describeValue, type SizeBudget } from '@gcompress/core/checks';
import type { PackableWeight } from '@gcompress/packed';
import { uniform } from '@gcompress/uniform';

/** A method with `forBudget`, such as `lowRank`, `kMeans` or `uniform`. */
export interface SizedMethod extends Pick<CompressionMethod, 'forBudget'> {
  /** Whether bytes and error of some columns tell those of all: each column is compressed alike and almost by itself. Default false. */
  readonly byColumns?: boolean;
}

/** A compressor, or a method that makes compressors of many sizes. */
export type Candidate = MatrixCompressor | SizedMethod;

/** The candidates of a weight: the same for all, or a function of the weight. */
export type Candidates = readonly Candidate[] | ((weight: PackableWeight) => readonly Candidate[]);

/** A compressor, and the method that can make compressors of neighbouring sizes. */
export interface SizedCompressor {
  readonly compressor: MatrixCompressor;
  readonly method?: SizedMethod;
  /** The most bytes of the size that the method was asked for. */
  readonly bytes?: number;
}

/** First sizes that are tried, in bits per entry. */
const BITS = [0.5, 1.5, 3, 5, 8];
/** Largest fraction of the bytes for the steps of columns. */
const STEPS_PART = 0.1;

/** Uniform levels, with a step for each column if the steps take few of the bytes. */
export const uniformLevels: SizedMethod = levelsWith('column', 1);

/**
 * Uniform levels whose steps follow the gains of the columns, if the steps take few of the bytes. The rate weight of 0.25 was chosen on one
 * super-resolution model, where it gave 1 to 6 dB more than 1 at the same bytes: benchmarks/src/real-models.
 */
export const levelsByGain: SizedMethod = levelsWith('importance', 0.25);

function levelsWith(steps: 'column' | 'importance', rateWeight: number): SizedMethod {
  return {
    byColumns: true,
    forBudget(shape, budget) {
      const bytes = budgetBytes('uniform', budget, shape);
      const stepBytes = Float32Array.BYTES_PER_ELEMENT * shape[1];
      // Both kinds of steps get the same budget; undefined where not even one step fits
      const fits = uniform.forBudget?.(shape, { bytes }) !== undefined;
      return fits
        ? uniform({ bytes, steps: stepBytes <= STEPS_PART * bytes ? steps : 'matrix', rateWeight })
        : undefined;
    },
  };
}

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
  return candidatesFor('compressNow', candidates, weight).flatMap((candidate): readonly SizedCompressor[] => {
    if ('compress' in candidate) return [{ compressor: candidate }];
    return BITS.flatMap((bits) => ofSize(candidate, shape, { ratio: 32 / bits }));
  });
}

/**
 * The candidates of a weight.
 *
 * @throws GCompressError `invalid-option` for anything but candidates.
 */
export function candidatesFor(where: string, candidates: Candidates, weight: PackableWeight): readonly Candidate[] {
  const list: unknown = typeof candidates === 'function' ? candidates(weight) : candidates;
  assertCandidates(list, `${where} candidates for '${weight.name}'`);
  return list;
}

/** The compressor of a method for a size, if it has one. */
export function ofSize(method: SizedMethod, shape: Shape2D, budget: SizeBudget): readonly SizedCompressor[] {
  const compressor = method.forBudget?.(shape, budget);
  return compressor ? [{ compressor, method, bytes: budgetBytes('compressNow', budget, shape) }] : [];
}

/**
 * Throws for anything but a list of compressors and methods with `forBudget`.
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
