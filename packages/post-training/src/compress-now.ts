// One call that compresses a trained model: by a method, or to a size in bytes.
import {
  type CompressedMatrix,
  GCompressError,
  type InputMoments,
  type Kernels,
  type ProgressOptions,
  partialProgress,
  reportProgress,
} from '@gcompress/core';
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
import {
  assertMomentsOf,
  assertWeightMethod,
  chooseMethod,
  MIN_ELEMENTS,
  type ModelContents,
  readModel,
} from '@gcompress/packed/weights';
import { uniform } from '@gcompress/uniform';
import type { io } from '@tensorflow/tfjs-core';
import { type BuiltModel, builtModel, type Outcome } from './build-model.ts';
import { assertCandidates, type Candidates, uniformLevels } from './candidates.ts';
import { chosenSizes } from './choose-sizes.ts';
import { modelArtifacts, type TrainedModel } from './model-artifacts.ts';
import type { CompressionReport } from './report.ts';
import { compressedForm, plainForm, type Subject, subjectsOf } from './weight-forms.ts';

/** Options of {@link compressNow}: a method or a budget, and what both may use. */
export interface CompressNowOptions {
  /**
   * What compresses the weights that the model multiplies with: one compressor for all, or a function that chooses for each, as in `pack`.
   * Default `uniform({ bits: 5, steps: 'column' })`. Not beside `budget`.
   */
  readonly method?: WeightMethod;
  /**
   * The most bytes that the whole packed file may take, or how many times smaller it is than the weights that were given. Sizes are
   * chosen for each weight such that errors cost least together.
   */
  readonly budget?: SizeBudget;
  /**
   * The forms among which a budget chooses: compressors, and methods that are asked for many sizes, such as `[uniform, lowRank]`; the same
   * for all weights, or a function of the weight. Default uniform levels of many sizes.
   */
  readonly candidates?: Candidates;
  /**
   * Second moments of the inputs of weights, by name, as `calibrate` of `@gcompress/calibration` gives them. Methods that use them keep the
   * error of the outputs small, and a budget then counts this error instead of the error of the weights. Default none.
   */
  readonly inputMoments?: ReadonlyMap<string, InputMoments>;
  /**
   * What a squared relative error of a weight costs, by name, beside the others: at least 0, and 1 where a weight is not named.
   */
  readonly sensitivity?: ReadonlyMap<string, number>;
  /** Values that a weight must have to be compressed. Default 256. */
  readonly minElements?: number;
  /** How float32 weights are stored that are not compressed, see {@link RestDtype}. Default `'float16'`. */
  readonly rest?: RestDtype;
  /** Faster hot loops than the portable ones, for methods that use them. */
  readonly kernels?: Kernels;
  /** Ends the work; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called with the part that is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** What {@link compressNow} gives. */
export interface SmallModel {
  /** The model with the values of its compressed weights, as the packed file holds it; other weights are rounded already. */
  readonly artifacts: io.ModelArtifacts;
  /** Gives the artifacts to `tf.loadLayersModel` or `tf.loadGraphModel`. */
  readonly handler: io.IOHandler;
  /** The compressed weights by name: `pack(artifacts, { matrices })` stores them without compressing again. */
  readonly matrices: ReadonlyMap<string, CompressedMatrix>;
  readonly report: CompressionReport;
}

const WHERE = 'compressNow';

/**
 * Compresses a trained model without training. The same model and options give the same result.
 *
 * @param model a layers model, a graph model, or artifacts; it is not changed.
 * @throws GCompressError `invalid-option` and `unknown-option`; `non-finite` for NaN in a weight, which it names; `budget-unreachable` with
 *   the bytes of the smallest file; `unsupported` for a model that cannot be saved; the signal's reason when aborted.
 */
export async function compressNow(model: TrainedModel, options: CompressNowOptions = {}): Promise<SmallModel> {
  const checked = checkedOptions(options);
  const { budget, candidates, method, inputMoments, sensitivity, rest, kernels, signal, onProgress } = checked;
  const contents = readModel(WHERE, await modelArtifacts(WHERE, model));
  assertMomentsOf(WHERE, inputMoments, contents);
  assertSensitivity(sensitivity, contents);
  reportProgress({ signal, onProgress }, 0);
  const subjects = subjectsOf(contents, { where: WHERE, ...checked });
  const listeners = { signal, onProgress };
  let built: BuiltModel;
  if (budget) {
    const originalBytes = contents.weights.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const bytes = budget.bytes ?? Math.floor(originalBytes / budget.ratio);
    built = await chosenSizes(contents, subjects, { bytes, candidates, rest, kernels, ...listeners });
  } else {
    const outcomes = await outcomesOf(method, subjects, { rest, kernels, ...partialProgress(listeners, 0, 0.95) });
    built = await builtModel(contents, outcomes, signal);
  }
  reportProgress(listeners, 1);
  return { ...built, handler: { load: async () => built.artifacts } };
}

/** What one method, or a function that chooses methods, makes of each weight. */
async function outcomesOf(
  method: WeightMethod,
  subjects: readonly Subject[],
  options: ProgressOptions & { readonly rest: RestDtype; readonly kernels: Kernels | undefined },
): Promise<Outcome[]> {
  const { rest, kernels } = options;
  const all = subjects.reduce((sum, { weight }) => sum + weight.bytes.length, 0);
  const outcomes: Outcome[] = [];
  let done = 0;
  for (const subject of subjects) {
    reportProgress(options, all === 0 ? 0 : done / all);
    const from = done;
    done += subject.weight.bytes.length;
    const { matrix } = subject;
    const choice = matrix && chooseMethod(WHERE, method, matrix.packable);
    const plain = { subject, form: plainForm(subject), rest: typeof choice === 'string' ? choice : rest };
    if (!matrix || choice === undefined || typeof choice === 'string') {
      outcomes.push(plain);
      continue;
    }
    const part = { kernels, ...partialProgress(options, from / all, done / all) };
    const form = await compressedForm(matrix, { compressor: choice }, part);
    outcomes.push(typeof form === 'string' ? { ...plain, note: form } : { ...plain, form });
  }
  return outcomes;
}

function assertSensitivity(sensitivity: ReadonlyMap<unknown, unknown>, { kernels }: ModelContents): void {
  for (const [name, value] of sensitivity) {
    if (kernels.has(name as string)) {
      assertNumber(`${WHERE} sensitivity`, `of '${String(name)}'`, value, { min: 0 });
      continue;
    }
    throw new GCompressError('invalid-option', {
      where: `${WHERE} sensitivity`,
      expected: 'names of weights that this model multiplies with',
      actual: `'${String(name)}'`,
    });
  }
}

function checkedOptions(options: CompressNowOptions) {
  assertKnownOptions(WHERE, options, [
    'method',
    'budget',
    'candidates',
    'inputMoments',
    'sensitivity',
    'minElements',
    'rest',
    'kernels',
    'signal',
    'onProgress',
  ]);
  const { budget, candidates = [uniformLevels], signal, onProgress, kernels } = options;
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
  if (!(sensitivity instanceof Map)) {
    throw new GCompressError('invalid-option', {
      where: `${WHERE} sensitivity`,
      expected: 'a map from names of weights to numbers',
      actual: describeValue(sensitivity),
    });
  }
  assertNumber(WHERE, 'minElements', minElements, { min: 0 });
  assertOneOf(WHERE, 'rest', rest, ['float32', 'float16', 'uint8'] as const);
  if (kernels !== undefined) assertType(WHERE, 'kernels', kernels, 'object');
  if (signal !== undefined) {
    assertType(WHERE, 'signal', signal, 'object', 'Pass the signal of an AbortController.');
    assertType(`${WHERE} signal`, 'throwIfAborted', signal.throwIfAborted, 'function');
  }
  if (onProgress !== undefined) assertType(WHERE, 'onProgress', onProgress, 'function');
  return { method, budget, candidates, inputMoments, sensitivity, minElements, rest, kernels, signal, onProgress };
}

function oneOf(expected: string, actual: string): GCompressError {
  return new GCompressError('invalid-option', { where: WHERE, expected, actual });
}
