// Options of compressNow, with checks and defaults.
import type { PairedInputs } from '@gcompress/calibration';
import { GCompressError, type InputMoments } from '@gcompress/core';
import {
  assertKnownOptions,
  assertNumber,
  assertOneOf,
  assertType,
  describeValue,
  type SizeBudget,
  sizeBudgetOf,
} from '@gcompress/core/checks';
import type { RestDtype, WeightMethod } from '@gcompress/packed';
import { assertWeightMethod, MIN_ELEMENTS, type ModelContents, REST_DTYPES } from '@gcompress/packed/weights';
import { uniform } from '@gcompress/uniform';
import { assertKernelsOption, type KernelsOption } from '@gcompress/wasm-kernels/load';
import { assertCandidates, type Candidates, levelsByGain, uniformLevels } from './forms/candidates.ts';
import { assertListeners } from './listeners.ts';

/** The function that errors name. */
export const WHERE = 'compressNow';

/** Options of {@link compressNow}: a method or a budget, and options for both. */
export interface CompressNowOptions {
  /**
   * One compressor for all weights that the model multiplies with, or a function that chooses one for each, as in `pack`. Default
   * `uniform({ bits: 5, steps: 'column' })`. Not together with `budget`.
   */
  readonly method?: WeightMethod;
  /**
   * Most bytes of the whole packed file, or the ratio between the given weights and the file. The size of each weight is chosen so that the
   * total cost of errors is small.
   */
  readonly budget?: SizeBudget;
  /**
   * The candidates of a budget: compressors, and methods that make compressors of many sizes, such as `[uniform, lowRank]`. The same list for
   * all weights, or a function of the weight. Default uniform levels of many sizes.
   */
  readonly candidates?: Candidates;
  /**
   * Second moments of the inputs of weights, by name: `moments` of `calibrate` of `@gcompress/calibration`. Methods that use moments minimize
   * the output error, and a budget counts output errors instead of weight errors. Moments of few inputs are shrunk, see `shrunkMoments` of
   * `@gcompress/linalg`. Default none.
   */
  readonly inputMoments?: ReadonlyMap<string, InputMoments>;
  /**
   * Gains of the columns of weights, by name: `channelGains` of `@gcompress/calibration`. Methods that use importance round columns of large
   * gain more finely, and a budget counts the error at the outputs of the model. Default none.
   */
  readonly channelGains?: ReadonlyMap<string, Float64Array>;
  /**
   * Cost of one unit of squared relative error in a weight, by name: at least 0, and 1 for weights that are not named. With `channelGains` it
   * multiplies the cost that follows from the gains.
   */
  readonly sensitivity?: ReadonlyMap<string, number>;
  /**
   * Inputs for compressing the weights one after the other: `pairedInputs` of `@gcompress/calibration`. Each weight is compressed for the inputs
   * that it sees in the network compressed so far, so that its outputs are those of the original, and biases take up the mean error that is
   * left. `inputMoments` then only serve to share a budget. Default none: each weight is compressed by itself.
   */
  readonly sequential?: PairedInputs;
  /**
   * Whether each BatchNorm is folded into the convolution or Dense before it, where this is exact: `foldBatchNorm` of `@gcompress/rewrite`. The
   * report names those that stay, with the reasons. Default false.
   */
  readonly foldBatchNorm?: boolean;
  /** The fewest values of a weight that is compressed. Default 256. */
  readonly minElements?: number;
  /** The stored type of float32 weights that are not compressed, see {@link RestDtype}. Default `'float16'`. */
  readonly rest?: RestDtype;
  /**
   * The hot loops of methods that use kernels; `'portable'` for plain JavaScript. Default: WebAssembly where it loads, otherwise plain JavaScript.
   * The results of the two may differ in the last digits; the report names the kernels.
   */
  readonly kernels?: KernelsOption;
  /** Stops the work; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called with the fraction that is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/**
 * The options with their defaults, checked.
 *
 * @throws GCompressError `invalid-option` and `unknown-option`.
 */
export function completeOptions(options: CompressNowOptions) {
  assertKnownOptions(WHERE, options, [
    'method',
    'budget',
    'candidates',
    'inputMoments',
    'channelGains',
    'sensitivity',
    'sequential',
    'foldBatchNorm',
    'minElements',
    'rest',
    'kernels',
    'signal',
    'onProgress',
  ]);
  const { budget, channelGains = new Map(), signal, onProgress, kernels } = options;
  assertMap(WHERE, 'channelGains', channelGains, 'gains');
  const { candidates = [channelGains.size > 0 ? levelsByGain : uniformLevels] } = options;
  const { inputMoments = new Map(), sensitivity = new Map(), minElements = MIN_ELEMENTS, rest = 'float16' } = options;
  const given = (['method', 'budget'] as const).filter((name) => options[name] !== undefined);
  if (given.length > 1) throw oneOf('a method or a budget', 'both');
  if (options.candidates !== undefined && budget === undefined) throw oneOf('candidates beside a budget', 'no budget');
  const { method = uniform({ bits: 5, steps: 'column' }) } = options;
  assertWeightMethod(WHERE, method);
  if (budget !== undefined) {
    assertType(WHERE, 'budget', budget, 'object', 'Pass { bytes: 100_000 } or { ratio: 8 }.');
    assertKnownOptions(`${WHERE} budget`, budget, ['bytes', 'ratio']);
    if (sizeBudgetOf(`${WHERE} budget`, budget) === undefined) throw oneOf('a budget of bytes or a ratio', 'neither');
  }
  if (typeof candidates !== 'function') assertCandidates(candidates, `${WHERE} candidates`);
  assertMap(WHERE, 'sensitivity', sensitivity, 'numbers');
  assertNumber(WHERE, 'minElements', minElements, { min: 0 });
  assertOneOf(WHERE, 'rest', rest, REST_DTYPES);
  assertKernelsOption(WHERE, kernels);
  assertListeners(WHERE, { signal, onProgress });
  const { sequential, foldBatchNorm = false } = options;
  assertType(WHERE, 'foldBatchNorm', foldBatchNorm, 'boolean');
  if (sequential !== undefined) {
    assertType(WHERE, 'sequential', sequential, 'object', 'Pass what pairedInputs of @gcompress/calibration gives.');
    assertType(`${WHERE} sequential`, 'open', sequential.open, 'function');
  }
  return {
    method,
    budget,
    sequential,
    foldBatchNorm,
    candidates,
    inputMoments,
    channelGains,
    sensitivity,
    minElements,
    rest,
    kernels,
    signal,
    onProgress,
  };
}

/**
 * Refuses anything but a map.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertMap(where: string, option: string, value: unknown, values: string): void {
  if (value instanceof Map) return;
  throw new GCompressError('invalid-option', {
    where: `${where} ${option}`,
    expected: `a map from names of weights to ${values}`,
    actual: describeValue(value),
  });
}

function oneOf(expected: string, actual: string): GCompressError {
  return new GCompressError('invalid-option', { where: WHERE, expected, actual });
}

/**
 * Refuses sensitivities of weights that the model does not multiply with, and negative ones.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertSensitivity(
  where: string,
  sensitivity: ReadonlyMap<unknown, unknown>,
  { kernels }: ModelContents,
): void {
  for (const [name, value] of sensitivity) {
    if (kernels.has(name as string)) {
      assertNumber(`${where} sensitivity`, `of '${String(name)}'`, value, { min: 0 });
      continue;
    }
    throw new GCompressError('invalid-option', {
      where: `${where} sensitivity`,
      expected: 'names of weights that this model multiplies with',
      actual: `'${String(name)}'`,
    });
  }
}
