// Trains a compressed model on the outputs of the original model.
import { type CompressedMatrix, GCompressError, partialProgress, reportProgress } from '@gcompress/core';
import { pack } from '@gcompress/packed';
import { takingTurns } from '@gcompress/packed/weights';
import type { io, Scalar, Tensor } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { completeOptions, type DistillOptions, WHERE } from './distill-options.ts';
import { type DistillableModel, readSmallModel, writtenModel } from './student/small-model.ts';
import { studentOf } from './student/student.ts';
import { type HeldOut, relativeError, valuesOf } from './targets/held-out.ts';
import {
  areProbabilities,
  cosineLoss,
  crossEntropyLoss,
  type DistillationLoss,
  squaredLoss,
} from './targets/losses.ts';
import { outputsOf } from './targets/outputs.ts';
import { splitSamples, stepsPerEpoch } from './targets/samples.ts';
import { assertSameSides, assertTeacher, checkedInputs } from './targets/teacher.ts';
import type { DistillationReport } from './training/report.ts';
import { train } from './training/train.ts';

/** The result of {@link distill}. */
export interface DistilledModel {
  /** The model with the values of the packed file, its weights in the same types as before. */
  readonly artifacts: io.ModelArtifacts;
  /** An IOHandler that loads the artifacts, for `tf.loadLayersModel`. */
  readonly handler: io.IOHandler;
  /** The compressed weights by name: `pack(artifacts, { matrices })` stores them without compressing again. */
  readonly matrices: ReadonlyMap<string, CompressedMatrix>;
  readonly report: DistillationReport;
}

/**
 * Trains a compressed layers model further in its compressed form, with the outputs of the original model as targets: no labels. Factors,
 * codebooks, steps, the levels of uniform quantisation, and all uncompressed trainable weights train. Statistics of BatchNorm stay, and dropout is off.
 * The result has the best state on held-out inputs among those whose matrices take no more bytes than before, or the given
 * values if no state is better. The same inputs, seed and backend give the same result.
 *
 * @param small the result of `compressNow` of `@gcompress/post-training`; it is not changed.
 * @throws GCompressError `invalid-option` and `unknown-option`; `unsupported` for a graph model; `shape-mismatch` for a teacher or inputs of
 *   another shape; `non-finite` for NaN in inputs, outputs or the loss; the signal's reason when aborted.
 */
export async function distill(small: DistillableModel, options: DistillOptions): Promise<DistilledModel> {
  const checked = completeOptions(options);
  const contents = readSmallModel(WHERE, small);
  const { teacher, signal, onProgress, batchSize, epochs, hidden, seed } = checked;
  assertTeacher(WHERE, teacher);
  const inputs = await checkedInputs(WHERE, teacher, checked.inputs);
  const listeners = { signal, onProgress };
  reportProgress(listeners, 0);
  const turn = takingTurns(signal);
  const split = splitSamples(inputs[0].shape[0], checked.heldOut, seed);
  const student = await studentOf(small.artifacts, small.matrices, contents, checked.trainLevels);
  try {
    assertSameSides(WHERE, teacher, student.model);
    const outputs = {
      teacher: outputsOf(WHERE, teacher, hidden),
      student: outputsOf(WHERE, student.model, hidden),
    };
    const all = await valuesOf(outputs.teacher, inputs, split.heldOut, turn);
    assertFiniteOutputs(all);
    const ofModel = teacher.outputs.length;
    const heldOut: HeldOut = { inputs, samples: split.heldOut, targets: all.slice(0, ofModel) };
    const loss = checked.loss ?? defaultLoss(heldOut, teacher.outputs);
    const losses = all.map((targets, at) => {
      if (at >= ofModel) return squaredLoss(meanSquare(targets));
      return lossOf(loss, targets, teacher.outputs[at].shape, checked.temperature);
    });
    const size = Math.min(batchSize, split.training.length);
    const steps = checked.steps ?? (epochs === undefined ? 300 : epochs * stepsPerEpoch(split.training.length, size));
    const { learningRate, patience } = checked;
    const mostBytes = [...small.matrices.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    const how = {
      inputs,
      training: split.training,
      steps,
      mostBytes,
      batchSize: size,
      learningRate,
      patience,
      seed,
      turn,
      checkpoint: checked.checkpoint,
      resume: checked.resume,
      settings: { loss, temperature: checked.temperature, hidden: [...hidden], trainLevels: checked.trainLevels },
    };
    const trained = await train({ student, outputs, losses, heldOut, ...how, ...partialProgress(listeners, 0, 0.95) });

    const errorOf = (artifacts: io.ModelArtifacts) => storedError(artifacts, heldOut, turn);
    const given = { artifacts: small.artifacts, matrices: small.matrices, error: await errorOf(small.artifacts) };
    let taken = { ...given, step: 0 };
    if (trained.best) {
      const { matrices, rest, step } = trained.best;
      const artifacts = writtenModel(contents, matrices, rest);
      const error = await errorOf(artifacts);
      // Rounded as it is stored, the model may be a little worse than it was in the training
      if (error < given.error) taken = { artifacts, matrices, error, step };
    }
    const { artifacts, matrices, step: takenStep } = taken;
    const report: DistillationReport = {
      steps: trained.steps,
      takenStep,
      loss,
      heldOut: split.heldOut.length,
      error: { before: given.error, after: taken.error },
      bytes: { before: await fileBytes(given, signal), after: await fileBytes(taken, signal) },
      trained: new Map([...student.weights].map(([name, weight]) => [name, weight.trained])),
      course: trained.course,
    };
    reportProgress(listeners, 1);
    return { artifacts, handler: { load: async () => artifacts }, matrices, report };
  } finally {
    student.dispose();
  }
}

function defaultLoss(
  { targets }: HeldOut,
  outputs: readonly { readonly shape: readonly (number | null)[] }[],
): DistillationLoss {
  const all = targets.every((values, at) => areProbabilities(values, outputs[at].shape.at(-1) ?? 0));
  return all ? 'crossEntropy' : 'squared';
}

function lossOf(
  loss: DistillationLoss,
  targets: Float32Array,
  shape: readonly (number | null)[],
  temperature: number,
): (y: Tensor, t: Tensor) => Scalar {
  if (loss === 'squared') return squaredLoss(meanSquare(targets));
  if (loss === 'cosine') return cosineLoss;
  if (areProbabilities(targets, shape.at(-1) ?? 0)) return crossEntropyLoss(temperature);
  throw new GCompressError('invalid-option', {
    where: `${WHERE} loss`,
    expected: "probabilities in the last axis of each output, for 'crossEntropy'",
    actual: 'other outputs of the teacher',
    hint: "Use 'squared' or 'cosine'.",
  });
}

/** The error of the model as it is stored. */
async function storedError(
  artifacts: io.ModelArtifacts,
  { inputs, samples, targets }: HeldOut,
  turn: () => Promise<void>,
): Promise<number> {
  const model = await loadLayersModel({ load: async () => artifacts });
  try {
    return relativeError(await valuesOf(outputsOf(WHERE, model, []), inputs, samples, turn), targets);
  } finally {
    model.dispose();
  }
}

async function fileBytes({ artifacts, matrices }: DistillableModel, signal: AbortSignal | undefined): Promise<number> {
  return (await pack(artifacts, { matrices, ...(signal && { signal }) })).report.bytes;
}

function meanSquare(values: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] ** 2;
  return sum / Math.max(1, values.length);
}

function assertFiniteOutputs(outputs: readonly Float32Array[]): void {
  for (const values of outputs) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    throw new GCompressError('non-finite', {
      where: `${WHERE} teacher`,
      expected: 'finite outputs',
      actual: `${values[at]} at position ${at}`,
    });
  }
}
