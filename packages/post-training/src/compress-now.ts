// Compresses a trained model in one call: with a method, or to a size in bytes.
import { type CompressedMatrix, type ProgressOptions, partialProgress, reportProgress } from '@gcompress/core';
import { assertGainsOf, assertMomentsOf, chooseMethod, readModel, takingTurns } from '@gcompress/packed/weights';
import { kernelsName, loadKernels } from '@gcompress/wasm-kernels/load';
import type { io } from '@tensorflow/tfjs-core';
import { assertSensitivity, type CompressNowOptions, completeOptions, WHERE } from './compress-options.ts';
import { type Decision, decisionOf, decisionsOf, outcomesOf } from './decisions/decisions.ts';
import { candidatesFor } from './forms/candidates.ts';
import { equalSubjects } from './forms/equal-subjects.ts';
import { subjectsOf } from './forms/weight-forms.ts';
import { type BuiltModel, builtModel, withCopies } from './model/build-model.ts';
import { modelArtifacts, type TrainedModel } from './model/model-artifacts.ts';
import type { CompressionReport } from './model/report.ts';
import { foldedInput } from './rewriting/folded-model.ts';
import { withLowRankNodes } from './rewriting/low-rank-nodes.ts';
import { compressedInOrder } from './sequential/compress-in-order.ts';
import { chosenSizes } from './sizes/choose-sizes.ts';
import { fitted } from './sizes/fitted.ts';

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
 * Compresses a trained model without training. The same model, options and kernels give the same result. Weights with equal bytes and the same method or
 * candidates are compressed as one, for the sum of their moments and gains, so that the file stores them once.
 *
 * @param model a layers model, a graph model, or artifacts; it is not changed.
 * @throws GCompressError `invalid-option` and `unknown-option`; `non-finite` for NaN in a weight, which it names; `budget-unreachable` with
 *   the bytes of the smallest file; `unsupported` for a model that cannot be saved; the signal's reason when aborted.
 */
export async function compressNow(model: TrainedModel, options: CompressNowOptions = {}): Promise<SmallModel> {
  const checked = completeOptions(options);
  const { budget, candidates, method, inputMoments, sensitivity, sequential, rest } = checked;
  const { signal, onProgress } = checked;
  const given = await modelArtifacts(WHERE, model);
  const known = readModel(WHERE, given);
  assertMomentsOf(WHERE, inputMoments, known);
  assertGainsOf(WHERE, checked.channelGains, known);
  const { artifacts, channelGains, batchNorm } = foldedInput(checked.foldBatchNorm, given, checked.channelGains);
  const originalBytes = known.weights.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const contents = batchNorm ? readModel(WHERE, artifacts) : known;
  assertSensitivity(WHERE, sensitivity, contents);
  reportProgress({ signal, onProgress }, 0);
  const kernels = await loadKernels(checked.kernels);
  const equals = equalSubjects(contents, checked.minElements, (weight) =>
    budget ? candidatesFor(WHERE, candidates, weight) : chooseMethod(WHERE, method, weight),
  );
  const subjects = subjectsOf(contents, { where: WHERE, ...checked, channelGains, kernels, equals });
  const listeners = { signal, onProgress };
  const how = { rest, kernels, turn: takingTurns(signal) };
  const compressed = async (decisions: readonly Decision[], progress: ProgressOptions) => {
    const options = { ...how, ...progress };
    return sequential
      ? compressedInOrder(artifacts, contents, decisions, { ...options, sequential })
      : outcomesOf(decisions, options);
  };
  let built: BuiltModel;
  if (budget) {
    const bytes = budget.bytes ?? Math.floor(originalBytes / budget.ratio);
    const sizes = { bytes, candidates, ...how };
    built = sequential
      ? await fitted(bytes, listeners, async (most, progress) => {
          const [choice, work] = [partialProgress(progress, 0, 0.4), partialProgress(progress, 0.4, 1)];
          const { outcomes } = await chosenSizes(contents, subjects, { ...sizes, bytes: most, ...choice });
          return builtModel(contents, await compressed(outcomes.map(decisionOf), work), signal);
        })
      : await chosenSizes(contents, subjects, { ...sizes, ...listeners });
  } else {
    const decisions = decisionsOf(WHERE, method, subjects, rest);
    const outcomes = withCopies(await compressed(decisions, partialProgress(listeners, 0, 0.95)));
    const split = withLowRankNodes(artifacts, contents, outcomes);
    built = await builtModel(split.contents, split.outcomes, signal, split.factors);
    if (split.lowRank) built = { ...built, report: { ...built.report, lowRank: split.lowRank } };
  }
  reportProgress(listeners, 1);
  const report = {
    ...built.report,
    originalBytes,
    kernels: kernelsName(kernels),
    ...(batchNorm && { batchNorm }),
  };
  return { ...built, report, handler: { load: async () => built.artifacts } };
}
