// The callback that tells how far a training is.
import { assertKnownOptions, assertNumber, assertType } from '@gcompress/core/checks';
import type { Callback } from '@tensorflow/tfjs-layers';
import { compressionOps } from '../checkpoints/compression-state.ts';
import type { FitParams } from '../layers/model/checked-callback.ts';
import { StepCallback, type TrainingStep } from './step-callback.ts';

/** How far a training is. */
export interface TrainingProgress extends TrainingStep {
  /** Steps that the training will have had in the end, earlier `fit`s included; undefined for a dataset of unknown length. */
  readonly total: number | undefined;
  /** The epoch, from 0. */
  readonly epoch: number;
  /** Loss of the batch. */
  readonly loss: number;
  /** The largest alpha of all compressed layers; undefined where there is none. */
  readonly alpha: number | undefined;
}

/** Options of {@link progressCallback}. */
export interface ProgressOptions {
  /** Report each so many steps, and the last one. Default 1. On a GPU each report waits for the loss. */
  readonly every?: number;
}

/**
 * A callback that tells a function how far the training is; how it is shown is up to that function.
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
