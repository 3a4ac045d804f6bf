// What unlabelled inputs, or noise in their place, tell about the effect of errors: moments, gains, and inputs to compress weights in order.
import { calibrate, channelGains, pairedInputs, syntheticInputs } from '@gcompress/calibration';
import { isGCompressError } from '@gcompress/core';
import type { CompressNowOptions } from '@gcompress/post-training';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { dispose, slice, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { givenInputs } from '../inputs/given-inputs.ts';
import { isGraph } from '../models/model-kind.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { type RunnableModel, runnable, startRunning } from '../models/run-model.ts';
import { withProgress } from '../output/progress.ts';
import type { Surroundings } from '../process/surroundings.ts';
import type { KnowledgeOptions } from './knowledge-options.ts';

/** What is known. */
export interface Knowledge {
  readonly options: Pick<CompressNowOptions, 'inputMoments' | 'channelGains' | 'sequential'>;
  /** The inputs in words. */
  readonly description: string;
  /** What could not be measured, and why. */
  readonly notes: readonly string[];
  /** One tensor of examples for each input of the model. */
  readonly tensors: readonly Tensor[];
  /** Frees the inputs, which `sequential` needs until then. */
  dispose(): void;
}

/** Samples of noise, and of inputs that gains are measured on. */
const SAMPLES = 16;

/**
 * Runs the model on the inputs, or on noise; `isObserved` has checked that there is one of them.
 *
 * @throws GCompressError `file-read` for inputs that do not fit the model.
 */
export async function observeInputs(
  opened: OpenedModel,
  options: KnowledgeOptions,
  surroundings: Surroundings,
): Promise<Knowledge> {
  const { inputs, noise, gainsAt = ['logits'], sequential = false, batchSize } = options;
  const given = inputs === undefined ? undefined : await givenInputs(inputs, options, surroundings);
  await startRunning(options, surroundings);
  const model = await runnable(opened);
  let tensors: Tensor[] = [];
  try {
    tensors = given
      ? (await given.forModel(model)).map(({ data, shape, dtype }) => tensor(data, [...shape], dtype))
      : noiseFor(model, options);
    const { moments } = await withProgress('calibrating', surroundings, (onProgress) =>
      calibrate(model, tensors, { batchSize, onProgress }),
    );
    const { gains, notes } = await gainsOf(model, { tensors, at: gainsAt }, surroundings);
    const load = isGraph(opened.artifacts) ? loadGraphModel : loadLayersModel;
    return {
      options: {
        inputMoments: moments,
        ...(gains && { channelGains: gains }),
        ...(sequential && { sequential: pairedInputs(tensors, { load, batchSize }) }),
      },
      description: given?.description() ?? `noise from ${noise?.join(' to ')}, ${SAMPLES} samples`,
      notes,
      tensors,
      dispose: () => dispose(tensors),
    };
  } catch (error) {
    dispose(tensors);
    throw error;
  } finally {
    model.dispose();
  }
}

function noiseFor(model: RunnableModel, { noise, imageSize }: KnowledgeOptions): Tensor[] {
  const side = imageSize === undefined ? {} : { side: imageSize };
  return syntheticInputs(model.inputs, 0, { count: SAMPLES, ...(noise && { range: noise }), ...side });
}

/** Gains on the first samples, or a note if an operation of the model has no gradient. */
async function gainsOf(
  model: RunnableModel,
  { tensors, at }: { readonly tensors: readonly Tensor[]; readonly at: readonly string[] },
  surroundings: Surroundings,
): Promise<{ readonly gains?: ReadonlyMap<string, Float64Array>; readonly notes: readonly string[] }> {
  const first = tensors.map((one) => {
    const rest = one.shape.slice(1);
    return slice(one, [0, ...rest.map(() => 0)], [Math.min(SAMPLES, one.shape[0]), ...rest]);
  });
  try {
    const gains = await withProgress('measuring gains', surroundings, (onProgress) =>
      channelGains(model as unknown as Parameters<typeof channelGains>[0], first, { at, onProgress }),
    );
    return { gains, notes: [] };
  } catch (error) {
    if (!isGCompressError(error, 'unsupported')) throw error;
    return { notes: [`Gains were not measured, so every layer counts alike: ${error.details.actual}`] };
  } finally {
    dispose(first);
  }
}
