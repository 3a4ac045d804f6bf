// The method `dictLearn`: sparse codes over a learned dictionary.
import {
  type CompressOptions,
  createRandom,
  defineMethod,
  type Factor,
  GCompressError,
  type JsonObject,
  type Matrix,
  partialProgress,
  reportProgress,
  type Shape2D,
} from '@gcompress/core';
import {
  assertKnownOptions,
  assertNumber,
  assertOneOf,
  assertSeed,
  describeValue,
  exactlyOneOption,
  sizeBudgetOf,
} from '@gcompress/core/checks';
import { type CodeSizes, configFor, MAX_ATOMS, plannedLayout } from './codes/layout.ts';
import { type DictLearnFactor, dictLearnFormat } from './format.ts';
import { learnDictionary } from './learning/learn-dictionary.ts';
import { cutSignals, unitScale } from './learning/signals.ts';
import { assertSmaller, mostBytes, type SizeChoice, sizesForShape } from './sizes.ts';
import { storedFactors } from './stored-factors.ts';

/** Options of {@link dictLearn}: exactly one size, and how the atoms are learned. */
export type DictLearnOptions = SizeChoice & DictLearnSettings;

/** How {@link dictLearn} learns its atoms. */
export interface DictLearnSettings {
  /** The most iterations, at least 0. An iteration improves the atoms and codes the signals again. Default 8. */
  readonly iterations?: number;
  /** Relative decrease of the error, from 0 to 1, below which the iterations end. Default 0.001. */
  readonly tolerance?: number;
  /** Seed of the first atoms, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Accept sizes whose stored form may not be smaller than the matrix. Default false. */
  readonly allowLarger?: boolean;
}

/** Progress once the dictionary is learned; the rest is rounding to the stored form. */
const LEARNED = 0.98;

const SIZES = ['atoms', 'ratio', 'bytes', 'percent'] as const;
const OTHERS = ['nonzeros', 'signalLength', 'valueBits', 'iterations', 'tolerance', 'seed', 'allowLarger'] as const;

/**
 * Sparse codes times learned atoms: each row of the matrix, or each piece of a row, is a combination of a few of k atoms. Orthogonal
 * matching pursuit finds the codes; approximate K-SVD learns the atoms, or a singular value decomposition if a signal may use all
 * of them. No iteration makes the error on the learning signals larger. Atoms are trainable. Codes are trainable if they are
 * stored as float32. The support, which atoms a signal uses, never changes.
 *
 * @throws GCompressError `unknown-option`, or `invalid-option` for an option out of range, no size, or several sizes.
 *
 * Porting note: `dl_matrix_compressor.DLMatrixCompressor`; `percent` gives the same numbers of atoms and nonzeros. Python's default
 * of one iteration returns atoms of unit norm with codes of ones, which loses the scale; here, codes always fit their atoms, even
 * after 0 iterations. In Python, one zero row makes the whole result zero; here, only that row. A percent whose codes are larger
 * than the matrix, such as 200 and below, is refused without `allowLarger`; Python runs it. Atoms have no unit norm: the largest
 * value of a code for each atom is 1.
 */
export const dictLearn = /* @__PURE__ */ defineMethod<DictLearnOptions, DictLearnFactor>({
  name: 'dictlearn',
  format: dictLearnFormat,
  optionsForBudget: (budget) => budget,

  create(options) {
    assertDictLearnOptions(options);
    const { iterations = 8, tolerance = 1e-3, seed = 0, allowLarger = false } = options;
    const complete = { ...options, iterations, tolerance, seed, allowLarger };
    const sizesFor = (shape: Shape2D) => {
      const sizes = sizesForShape(shape, complete);
      if (!allowLarger) assertSmaller(shape, sizes);
      return sizes;
    };
    return {
      options: { ...complete } as object as JsonObject,
      plan(shape) {
        const sizes = sizesFor(shape);
        const { signals, masked, signalLength, valueBits } = plannedLayout(shape, sizes);
        const codes = [signals, masked ? sizes.atoms : sizes.nonzeros];
        return {
          factors: {
            codes: { shape: codes, dtype: 'float32', trainable: valueBits === 32 },
            support: { shape: codes, dtype: masked ? 'float32' : 'int32', trainable: false },
            atoms: { shape: [sizes.atoms, signalLength], dtype: 'float32', trainable: true },
          },
          config: configFor(sizes),
          byteLength: mostBytes(shape, sizes),
        };
      },
      factorize: (matrix, compressOptions) => factorize(matrix, sizesFor(matrix.shape), complete, compressOptions),
    };
  },
});

function factorize(
  matrix: Matrix,
  sizes: CodeSizes,
  { iterations, tolerance, seed }: Required<Pick<DictLearnSettings, 'iterations' | 'tolerance' | 'seed'>>,
  options: CompressOptions,
): Record<DictLearnFactor, Factor> {
  reportProgress(options, 0);
  const scale = unitScale(matrix);
  reportProgress(options, 0);
  const signals = cutSignals(matrix, sizes.signalLength, scale);
  reportProgress(options, 0);
  const random = createRandom(seed);
  const dictionary = learnDictionary(
    signals,
    { ...sizes, iterations, tolerance, random, kernels: options.kernels },
    partialProgress(options, 0, LEARNED),
  );
  reportProgress(options, LEARNED);
  const factors = storedFactors(plannedLayout(matrix.shape, sizes), dictionary, scale);
  reportProgress(options, 1);
  return factors;
}

function assertDictLearnOptions(options: DictLearnOptions): void {
  const where = 'dictLearn';
  assertKnownOptions(where, options, [...SIZES, ...OTHERS]);
  const { atoms, nonzeros, percent, signalLength, valueBits, iterations, tolerance, seed, allowLarger } = options;
  const size = exactlyOneOption(where, options, SIZES);
  if (atoms !== undefined) assertNumber(where, 'atoms', atoms, { min: 1, max: MAX_ATOMS, integer: true });
  if (size === 'atoms') assertNumber(where, 'nonzeros', nonzeros, { min: 1, max: atoms ?? 1, integer: true });
  else if (nonzeros !== undefined) throw invalid('nonzeros', `no nonzeros with ${size}`, nonzeros);
  sizeBudgetOf(where, options);
  if (percent !== undefined) assertNumber(where, 'percent', percent, { above: 0 });
  if (signalLength !== undefined) assertNumber(where, 'signalLength', signalLength, { min: 1, integer: true });
  if (valueBits !== undefined && valueBits !== 32) {
    assertNumber(where, 'valueBits', valueBits, { min: 2, max: 16, integer: true });
  }
  if (iterations !== undefined) assertNumber(where, 'iterations', iterations, { min: 0, integer: true });
  if (tolerance !== undefined) assertNumber(where, 'tolerance', tolerance, { min: 0, max: 1 });
  if (seed !== undefined) assertSeed(seed, where);
  if (allowLarger !== undefined) assertOneOf(where, 'allowLarger', allowLarger, [true, false]);
}

function invalid(option: string, expected: string, actual: unknown): GCompressError {
  return new GCompressError('invalid-option', {
    where: `dictLearn ${option}`,
    expected,
    actual: describeValue(actual),
  });
}
