// The callback that reports the progress of a training.
import { assertKnownOptions, assertNumber, assertType } from '@gcompress/core/checks';
import type { Callback } from '@tensorflow/tfjs-layers';
import { compressionOps } from '../checkpoints/compression-state.ts';
import type { FitParams } from '../layers/model/checked-callback.ts';
import { StepCallback, type TrainingStep } from './step-callback.ts';

/** The progress of a training. */
export interface TrainingProgress extends TrainingStep {
  /** Steps at the end of the training, including earlier `fit`s; undefined for a dataset of unknown length. */
  readonly total: number | undefined;
  /** The epoch, from 0. */
  readonly epoch: number;
  /** Loss of the batch. */
  readonly loss: number;
  /** The largest alpha of all compressed layers; undefined if the model has no compressed layers. */
  readonly alpha: number | undefined;
}

/** Options of {@link progressCallback}. */
export interface ProgressOptions {
  /** Steps between two reports; the last step is always reported. Default 1. On a GPU each report waits for the loss. */
  readonly every?: number;
}

/**
 * A callback that reports the progress of the training to a function.
 *
 * @throws GCompressError `invalid-option` or `unknown-option`.
 */
export function progressCallback(
  onProgress: (progress: TrainingProgress) => void | Promise<void>,
  options: ProgressOptions = {},
): Callback {
  return new ProgressCallback(onProgress, options);
}

class ProgressCallback extends StepCallback {
  protected readonly where = 'progressCallback';
  readonly #every: number;
  #epoch = 0;
  #total: number | undefined;

  constructor(
    private readonly onProgress: (progress: TrainingProgress) => void | Promise<void>,
    options: ProgressOptions,
  ) {
    super();
    assertType(this.where, 'onProgress', onProgress, 'function');
    assertKnownOptions(this.where, options, ['every']);
    const { every = 1 } = options;
    assertNumber(this.where, 'every', every, { min: 1, integer: true });
    this.#every = every;
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    const { epochs = 0, steps, samples, batchSize }: Partial<FitParams> = this.fitParams ?? {};
    const stepsPerEpoch = steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : undefined);
    this.#epoch = epoch;
    this.#total = stepsPerEpoch && this.steps + (epochs - epoch) * stepsPerEpoch;
  }

  protected isDue(step: number): boolean {
    return (step + 1) % this.#every === 0 || step + 1 === this.#total;
  }

  protected async afterStep({ step, metrics }: TrainingStep): Promise<void> {
    const alphas = compressionOps(this.fitted).map(({ alpha }) => alpha);
    const alpha = alphas.length > 0 ? Math.max(...alphas) : undefined;
    await this.onProgress({ step, metrics, total: this.#total, epoch: this.#epoch, loss: metrics.loss, alpha });
  }
}
