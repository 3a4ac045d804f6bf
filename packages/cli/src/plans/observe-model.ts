// What a plan learns from unlabelled inputs: moments of inputs, sensitivities of weights, outputs of the original.
import { calibrate } from '@gcompress/calibration';
import type { InputMoments } from '@gcompress/core';
import { type RunnableModel as PlannedModel, sensitivities } from '@gcompress/post-training';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { dispose, type io, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { outputsFor } from '../compare/run-examples.ts';
import { givenInputs } from '../inputs/given-inputs.ts';
import type { ImageOptions } from '../inputs/input-types.ts';
import type { PlainArray } from '../inputs/plain-array.ts';
import { firstExamples, splitExamples } from '../inputs/split-examples.ts';
import { isGraph } from '../models/model-kind.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { type RunOptions, runnable, startRunning } from '../models/run-model.ts';
import { withProgress } from '../output/progress.ts';
import type { Surroundings } from '../process/surroundings.ts';

/** The inputs of a plan, and how the model runs on them. */
export interface ObserveOptions extends RunOptions, ImageOptions {
  /** A file with unlabelled inputs, a module that yields them, or a folder of images. */
  readonly inputs: string;
  readonly batchSize: number;
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
  options: ObserveOptions,
  surroundings: Surroundings,
): Promise<Observations> {
  const { inputs, batchSize, minElements } = options;
  const given = await givenInputs(inputs, options, surroundings);
  await startRunning(options, surroundings);
  const arrays = await withModel(opened, (model) => given.forModel(model));
  const { calibration, measurement, isShared } = splitExamples(arrays);
  const moments = await withProgress('calibrating', surroundings, (onProgress) =>
    withTensors(calibration, (tensors) =>
      withModel(opened, async (model) => (await calibrate(model, tensors, { batchSize, onProgress })).moments),
    ),
  );
  const load = async (handler: io.IOHandler) =>
    (isGraph(opened.artifacts) ? await loadGraphModel(handler) : await loadLayersModel(handler)) as PlannedModel;
  const sensitivity = await withProgress('measuring sensitivities', surroundings, (onProgress) =>
    withTensors(firstExamples(calibration, batchSize), (tensors) =>
      sensitivities(opened.artifacts, tensors, {
        load,
        inputMoments: moments,
        onProgress,
        ...(minElements !== undefined && { minElements }),
      }),
    ),
  );
  const outputsOf = (artifacts: io.ModelArtifacts) =>
    outputsFor({ ...opened, artifacts }, { inputs: { ...given, forModel: async () => [...measurement] }, batchSize });
  const outputs = await outputsOf(opened.artifacts);
  const count = ([first]: readonly PlainArray[]) => first?.shape[0] ?? 0;
  const examples = { calibration: count(calibration), measurement: count(measurement), isShared };
  return { moments, sensitivity, outputs, outputsOf, examples };
}

async function withModel<T>(
  opened: OpenedModel,
  work: (model: Awaited<ReturnType<typeof runnable>>) => Promise<T>,
): Promise<T> {
  const model = await runnable(opened);
  try {
    return await work(model);
  } finally {
    model.dispose();
  }
}

async function withTensors<T>(arrays: readonly PlainArray[], work: (tensors: Tensor[]) => Promise<T>): Promise<T> {
  const tensors = arrays.map(({ data, shape, dtype }) => tensor(data, [...shape], dtype));
  try {
    return await work(tensors);
  } finally {
    dispose(tensors);
  }
}

/** The examples in words. */
export function exampleWords({ calibration, measurement, isShared }: ObservedExamples, inputs: string): string {
  return isShared
    ? `Calibrated and measured on the same ${measurement} examples of ${inputs}: too few to set some aside, so the drop may be larger on others.`
    : `Calibrated on ${calibration} examples of ${inputs}, measured on the ${measurement} others.`;
}
