// Compresses a trained model in one call: with a method, or to a size in bytes.
import { type CompressedMatrix, partialProgress, reportProgress } from '@gcompress/core';
import type { RestDtype, WeightMethod } from '@gcompress/packed';
import { assertGainsOf, assertMomentsOf, chooseMethod, readModel, takingTurns } from '@gcompress/packed/weights';
import type { io } from '@tensorflow/tfjs-core';
import { assertSensitivity, type CompressNowOptions, completeOptions, WHERE } from './compress-options.ts';
import { compressedForm, type FormOptions, plainForm, type Subject, subjectsOf } from './forms/weight-forms.ts';
import { type BuiltModel, builtModel, type Outcome } from './model/build-model.ts';
import { modelArtifacts, type TrainedModel } from './model/model-artifacts.ts';
import type { CompressionReport } from './model/report.ts';
import { chosenSizes } from './sizes/choose-sizes.ts';

/** The result of {@link compressNow}. */
export interface SmallModel {
  /** The model with the values of the packed file: decompressed matrices, and other weights already rounded to `rest`. */
  readonly artifacts: io.ModelArtifacts;
  /** An IOHandler that loads the artifacts, for `tf.loadLayersModel` or `tf.loadGraphModel`. */
  readonly handler: io.IOHandler;
  /** The compressed weights by name: `pack(artifacts, { matrices })` stores them without compressing again. */
  readonly matrices: ReadonlyMap<string, CompressedMatrix>;
  readonly report: CompressionReport;
}

/**
 * Compresses a trained model without training. The same model and options give the same result.
 *
 * @param model a layers model, a graph model, or artifacts; it is not changed.
 * @throws GCompressError `invalid-option` and `unknown-option`; `non-finite` for NaN in a weight, which it names; `budget-unreachable` with
 *   the bytes of the smallest file; `unsupported` for a model that cannot be saved; the signal's reason when aborted.
 */
export async function compressNow(model: TrainedModel, options: CompressNowOptions = {}): Promise<SmallModel> {
  const checked = completeOptions(options);
  const { budget, candidates, method, inputMoments, channelGains, sensitivity, rest, kernels, signal, onProgress } =
    checked;
  const contents = readModel(WHERE, await modelArtifacts(WHERE, model));
  assertMomentsOf(WHERE, inputMoments, contents);
  assertGainsOf(WHERE, channelGains, contents);
  assertSensitivity(sensitivity, contents);
  reportProgress({ signal, onProgress }, 0);
  const subjects = subjectsOf(contents, { where: WHERE, ...checked });
  const listeners = { signal, onProgress };
  const how = { rest, kernels, turn: takingTurns(signal) };
  let built: BuiltModel;
  if (budget) {
    const originalBytes = contents.weights.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const bytes = budget.bytes ?? Math.floor(originalBytes / budget.ratio);
    built = await chosenSizes(contents, subjects, { bytes, candidates, ...how, ...listeners });
  } else {
    const outcomes = await outcomesOf(method, subjects, { ...how, ...partialProgress(listeners, 0, 0.95) });
    built = await builtModel(contents, outcomes, signal);
  }
  reportProgress(listeners, 1);
  return { ...built, handler: { load: async () => built.artifacts } };
}

/** The outcome of each weight for one method, or for a function that chooses methods. */
async function outcomesOf(
  method: WeightMethod,
  subjects: readonly Subject[],
  options: FormOptions & { readonly rest: RestDtype },
): Promise<Outcome[]> {
  const { rest } = options;
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
    const part = { ...options, ...partialProgress(options, from / all, done / all) };
    const form = await compressedForm(matrix, { compressor: choice }, part);
    outcomes.push(typeof form === 'string' ? { ...plain, note: form } : { ...plain, form });
  }
  return outcomes;
}
