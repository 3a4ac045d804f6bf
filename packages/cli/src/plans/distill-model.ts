// Trains the small model further on the outputs of the original, within the bytes of the file.
import { GCompressError } from '@gcompress/core';
import type { DistillationReport } from '@gcompress/distillation';
import { pack, type RestDtype } from '@gcompress/packed';
import type { SmallModel } from '@gcompress/post-training';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isGraph } from '../models/model-kind.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { formatError } from '../output/byte-size.ts';
import { withProgress } from '../output/progress.ts';
import { usageError } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';

/** How the small model is trained. */
export interface DistillModelOptions {
  /** Steps of the training, one batch each. */
  readonly steps: number;
  readonly batchSize: number;
  /** Unlabelled inputs, one tensor for each input of the model; the caller keeps them. */
  readonly tensors: readonly Tensor[];
  /** Most bytes of the packed file. */
  readonly maxBytes?: number;
  readonly rest?: RestDtype;
}

/** What the training gained: errors of the outputs on examples that it did not see. */
export type DistillationSummary = Pick<DistillationReport, 'steps' | 'takenStep' | 'loss' | 'heldOut' | 'error'>;

/** The model to pack. */
export interface TrainedFurther extends Pick<SmallModel, 'artifacts' | 'matrices'> {
  /** Nothing if the trained model did not fit the limit. */
  readonly distilled?: DistillationSummary;
  readonly notes: readonly string[];
}

/** Bytes that stay free for a file that grows in the training: so many, and no larger part of the limit. */
const RESERVE = { bytes: 64, part: 0.01 };

/**
 * The bytes to compress to before the training: the header of the file is compressed and holds values that train, so that the file may grow by a
 * few bytes.
 */
export function budgetBefore(maxBytes: number): number {
  return maxBytes - Math.ceil(Math.min(RESERVE.bytes, RESERVE.part * maxBytes));
}

/**
 * Refuses options that do not go with `--distill`.
 *
 * @throws GCompressError `invalid-option` without inputs, or with noise.
 */
export function assertInputsToDistill(inputs: string | undefined, noise: unknown): void {
  if (inputs !== undefined) return;
  throw usageError(
    'compress --distill',
    '--inputs, on which the model is trained',
    noise === undefined ? 'none' : '--noise',
  );
}

/**
 * Refuses a graph model before anything is computed.
 *
 * @throws GCompressError `unsupported`.
 */
export function assertDistillable({ name, artifacts }: OpenedModel): void {
  if (!isGraph(artifacts)) return;
  throw new GCompressError('unsupported', {
    where: 'compress --distill',
    expected: 'a layers model',
    actual: `the graph model '${name}', whose weights are constants`,
    hint: 'Leave out --distill; --sequential works for graph models.',
  });
}

/** Trains the small model. It stays as it is if no state is better on examples that the training does not see, or if the file would be too large. */
export async function distillModel(
  opened: OpenedModel,
  { artifacts, matrices }: Pick<SmallModel, 'artifacts' | 'matrices'>,
  { steps, batchSize, tensors, maxBytes, rest }: DistillModelOptions,
  surroundings: Surroundings,
): Promise<TrainedFurther> {
  const [{ distill }, { runnable }] = await Promise.all([
    import('@gcompress/distillation'),
    import('../models/run-model.ts'),
  ]);
  const teacher = await runnable(opened);
  try {
    const tuned = await withProgress('distilling', surroundings, (onProgress) =>
      distill(
        { artifacts, matrices },
        { teacher: teacher as unknown as LayersModel, inputs: tensors, steps, batchSize, onProgress },
      ),
    );
    const { bytes } = await pack(tuned.artifacts, { matrices: tuned.matrices, ...(rest && { rest }) });
    if (maxBytes !== undefined && bytes.length > maxBytes) {
      const note = `Not distilled: the file would take ${bytes.length.toLocaleString('en-US')} bytes after the training.`;
      return { artifacts, matrices, notes: [note] };
    }
    const { takenStep, loss, heldOut, error, steps: taken } = tuned.report;
    const distilled = { steps: taken, takenStep, loss, heldOut, error };
    return { artifacts: tuned.artifacts, matrices: tuned.matrices, distilled, notes: [distilledWords(distilled)] };
  } finally {
    teacher.dispose();
  }
}

function distilledWords({ takenStep, heldOut, error }: DistillationSummary): string {
  const on = `on ${heldOut} examples set aside`;
  return takenStep === 0
    ? `Distilled: no step lowered the error of the outputs ${on}, so the weights stay as they were.`
    : `Distilled: the error of the outputs ${on} fell from ${formatError(error.before)} to ${formatError(error.after)}; errors of weights are from before.`;
}
