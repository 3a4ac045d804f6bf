// Options of planModel, with checks and defaults.
import { GCompressError, type InputMoments } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertOneOf, assertType, describeValue } from '@gcompress/core/checks';
import type { RestDtype } from '@gcompress/packed';
import { MIN_ELEMENTS, REST_DTYPES } from '@gcompress/packed/weights';
import type { EvaluationStore, PlanGoal, PlanLimits } from '@gcompress/planner';
import { assertKernelsOption, type KernelsOption } from '@gcompress/wasm-kernels/load';
import type { SmallModel } from '../compress-now.ts';
import { assertMap } from '../compress-options.ts';
import { assertCandidates, type Candidates, levelsByGain, uniformLevels } from '../forms/candidates.ts';
import { assertListeners } from '../listeners.ts';
import { assertPlanTimes, type PlanTimes } from './weight-times.ts';

/** The function that errors name. */
export const PLANNING = 'planModel';

/** Options of {@link planModel}. */
export interface PlanModelOptions {
  /**
   * What the whole packed file or the whole model must keep, see `PlanLimits` of `@gcompress/planner`: `{ packed }` bytes of the file, `{ memory }`
   * bytes, `{ multiplyAdds }`, `{ time }` in milliseconds, or the expected `{ error }`. Without limits, only the curve is made.
   */
  readonly limits?: PlanLimits;
  /** What is made small. Default `'error'`; with a limit of the error, `'packed'`. */
  readonly goal?: PlanGoal;
  /** The most points of the curve. Default 32. */
  readonly points?: number;
  /** What is chosen from, as in `compressNow`. Default uniform levels of many sizes. */
  readonly candidates?: Candidates;
  /** Moments of inputs, as in `compressNow`. Default none. */
  readonly inputMoments?: ReadonlyMap<string, InputMoments>;
  /** Gains of columns, as in `compressNow`: the error of a plan is then that of the model's outputs. Default none. */
  readonly channelGains?: ReadonlyMap<string, Float64Array>;
  /**
   * The cost of one unit of squared relative error in a weight, by name: of {@link sensitivities}, for example. The error of a plan is then that of
   * the model's outputs. Default 1 for each weight.
   */
  readonly sensitivity?: ReadonlyMap<string, number>;
  /**
   * Measures the squared relative error of the outputs of a compressed model, above 0. It is called for a few models along the curve, which are
   * compressed for that; the errors of the plan and the curve then follow these measurements instead of the plain sum. Default none.
   */
  readonly measure?: (model: SmallModel) => number | Promise<number>;
  /** Multiply-adds of each matrix for one example, by name: `counted` of `multiplyAdds` of `@gcompress/report`. Needed for a limit on them, and for `times`. */
  readonly multiplyAdds?: ReadonlyMap<string, number>;
  /** Measured times of products, by which the time of each form is expected. A limit on the `time` needs it, and `multiplyAdds` beside. */
  readonly times?: PlanTimes;
  /** The fewest values of a weight that is compressed. Default 256. */
  readonly minElements?: number;
  /** The stored type of float32 weights that are not compressed. Default `'float16'`. */
  readonly rest?: RestDtype;
  /**
   * Values that are evaluated at each size, over all weights. Of larger models, evenly spaced columns of each weight are taken for uniform levels,
   * k-means and pruning, unless that is more than half of them; other methods are evaluated whole. Default 262,144, at least 1; `Infinity` evaluates all.
   */
  readonly sampledValues?: number;
  /** Keeps evaluations, so that a plan that was stopped goes on: `folderStore` of `@gcompress/planner/folder`. Default none. */
  readonly store?: EvaluationStore;
  /**
   * The hot loops of methods that use kernels; `'portable'` for plain JavaScript. Default: WebAssembly where it loads, otherwise plain JavaScript.
   * The results of the two may differ in the last digits; the plan names the kernels.
   */
  readonly kernels?: KernelsOption;
  /** Stops the work; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called with the fraction that is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

const KNOWN: readonly (keyof PlanModelOptions)[] = [
  'limits',
  'goal',
  'points',
  'candidates',
  'inputMoments',
  'channelGains',
  'sensitivity',
  'measure',
  'multiplyAdds',
  'times',
  'minElements',
  'rest',
  'sampledValues',
  'store',
  'kernels',
  'signal',
  'onProgress',
];

/**
 * The options with their defaults, checked.
 *
 * @throws GCompressError `invalid-option` and `unknown-option`.
 */
export function completePlanOptions(options: PlanModelOptions) {
  assertKnownOptions(PLANNING, options, KNOWN);
  const { channelGains = new Map(), inputMoments = new Map(), sensitivity = new Map() } = options;
  const { multiplyAdds, times } = options;
  assertMap(PLANNING, 'channelGains', channelGains, 'gains');
  assertMap(PLANNING, 'sensitivity', sensitivity, 'numbers');
  if (multiplyAdds !== undefined) assertMap(PLANNING, 'multiplyAdds', multiplyAdds, 'numbers');
  if (times !== undefined) {
    assertPlanTimes(`${PLANNING} times`, times);
    if (multiplyAdds === undefined) {
      const details = { where: `${PLANNING} times`, expected: 'multiplyAdds beside it', actual: 'none' };
      throw new GCompressError('invalid-option', details);
    }
  }
  const { limits, goal, points = 32, minElements = MIN_ELEMENTS, rest = 'float16' } = options;
  const { measure, sampledValues = 2 ** 18, store, kernels, signal, onProgress } = options;
  const { candidates = [channelGains.size > 0 ? levelsByGain : uniformLevels] } = options;
  if (typeof candidates !== 'function') assertCandidates(candidates, `${PLANNING} candidates`);
  if (limits !== undefined) assertType(PLANNING, 'limits', limits, 'object', 'Pass { packed: 1_000_000 }.');
  if (goal !== undefined && limits === undefined) {
    const details = { where: `${PLANNING} goal`, expected: 'a goal beside limits', actual: describeValue(goal) };
    throw new GCompressError('invalid-option', details);
  }
  assertNumber(PLANNING, 'points', points, { min: 2, integer: true });
  assertNumber(PLANNING, 'minElements', minElements, { min: 0 });
  assertOneOf(PLANNING, 'rest', rest, REST_DTYPES);
  if (sampledValues !== Number.POSITIVE_INFINITY) assertNumber(PLANNING, 'sampledValues', sampledValues, { min: 1 });
  if (measure !== undefined) assertType(PLANNING, 'measure', measure, 'function');
  if (store !== undefined) assertType(PLANNING, 'store', store, 'object', 'Pass folderStore(path) or memoryStore().');
  assertKernelsOption(PLANNING, kernels);
  assertListeners(PLANNING, { signal, onProgress });
  return {
    limits,
    goal,
    points,
    candidates,
    inputMoments,
    channelGains,
    sensitivity,
    measure,
    multiplyAdds,
    times,
    minElements,
    rest,
    sampledValues: sampledValues === Number.POSITIVE_INFINITY ? undefined : sampledValues,
    store,
    kernels,
    signal,
    onProgress,
  };
}
