// What a plan learns from unlabelled inputs: moments of inputs, sensitivities of weights, outputs of the original.
import { calibrate } from '@gcompress/calibration';
import type { InputMoments } from '@gcompress/core';
import { type RunnableModel as PlannedModel, sensitivities } from '@gcompress/post-training';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { dispose, type io, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { outputsFor } from '../compare/run-examples.ts';
import { arrayInputs } from '../inputs/model-inputs.ts';
import type { PlainArray } from '../inputs/plain-array.ts';
import { type NamedArrays, readArrays } from '../inputs/read-arrays.ts';
import { firstExamples, splitExamples } from '../inputs/split-examples.ts';
import type { Backend } from '../models/backend-names.ts';
import { isGraph } from '../models/model-kind.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { runnable, startBackend } from '../models/run-model.ts';
import { withProgress } from '../output/progress.ts';
import type { Surroundings } from '../process/surroundings.ts';

/** The inputs of a plan, and how the model runs on them. */
export interface ObserveOptions {
  /** A file with unlabelled inputs. */
  readonly inputs: string;
  readonly batchSize: number;
  readonly backend: Backend;
  readonly minElements?: number;
}

/** What was observed. */
export interface Observations {
  readonly moments: ReadonlyMap<string, InputMoments>;
  /** By how much the squared relative error of the outputs grows for each unit in a weight. */
  readonly sensitivity: ReadonlyMap<string, number>;
  /** The first output of the original for the examples of the measurement. */
  readonly outputs: PlainArray;
  /** Runs another form of the model on the examples of the measurement. */
  outputsOf(artifacts: io.ModelArtifacts): Promise<PlainArray>;
  readonly examples: ObservedExamples;
}

/** Numbers of examples. */
export interface ObservedExamples {
  readonly calibration: number;
  readonly measurement: number;
  /** Whether the same examples serve for both, because there are few. */
  readonly isShared: boolean;
}

/**
 * Runs the model on the inputs of a file: half of the examples for calibration, half for measurement. Sensitivities are measured on one batch.
 *
 * @throws GCompressError `file-read` for inputs that do not fit the model.
 */
export async function observeModel(
  opened: OpenedModel,
  { inputs, batchSize, backend, minElements }: ObserveOptions,
  surroundings: Surroundings,
): Promise<Observations> {
  const { calibration, measurement, isShared } = splitExamples(await readArrays(inputs, surroundings.cwd));
  const where = `'${inputs}'`;
  await startBackend(backend);
  const moments = await withProgress('calibrating', surroundings, (onProgress) =>
    withModelInputs(opened, calibration, where, async (tensors) => {
      const model = await runnable(opened);
      try {
        return (await calibrate(model, tensors, { batchSize, onProgress })).moments;
      } finally {
        model.dispose();
      }
    }),
  );
  const load = async (handler: io.IOHandler) =>
    (isGraph(opened.artifacts) ? await loadGraphModel(handler) : await loadLayersModel(handler)) as PlannedModel;
  const sensitivity = await withProgress('measuring sensitivities', surroundings, (onProgress) =>
    withModelInputs(opened, firstExamples(calibration, batchSize), where, (tensors) =>
      sensitivities(opened.artifacts, tensors, {
        load,
        inputMoments: moments,
        onProgress,
        ...(minElements !== undefined && { minElements }),
      }),
    ),
  );
  const outputsOf = (artifacts: io.ModelArtifacts) =>
    outputsFor({ ...opened, artifacts }, { arrays: measurement, where, batchSize });
  const outputs = await outputsOf(opened.artifacts);
  const count = (arrays: NamedArrays) => [...arrays.values()][0]?.shape[0] ?? 0;
  const examples = { calibration: count(calibration), measurement: count(measurement), isShared };
  return { moments, sensitivity, outputs, outputsOf, examples };
}

async function withModelInputs<T>(
  opened: OpenedModel,
  arrays: NamedArrays,
  where: string,
  work: (tensors: Tensor[]) => Promise<T>,
): Promise<T> {
  const model = await runnable(opened);
  const tensors: Tensor[] = [];
  try {
    for (const { data, shape, dtype } of arrayInputs(model, arrays, where))
      tensors.push(tensor(data, [...shape], dtype));
    return await work(tensors);
  } finally {
    dispose(tensors);
    model.dispose();
  }
}

/** The examples in words. */
export function exampleWords({ calibration, measurement, isShared }: ObservedExamples, inputs: string): string {
  return isShared
    ? `Calibrated and measured on the same ${measurement} examples of ${inputs}: too few to set some aside, so the drop may be larger on others.`
    : `Calibrated on ${calibration} examples of ${inputs}, measured on the ${measurement} others.`;
}
