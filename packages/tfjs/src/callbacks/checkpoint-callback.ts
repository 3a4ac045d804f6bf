import { assertNumber, GCompressError } from '@gcompress/core';
import { dispose } from '@tensorflow/tfjs-core';
import { Callback, type LayersModel } from '@tensorflow/tfjs-layers';
import type { CheckpointStore } from './checkpoint-store.ts';
import { assertReachesZero, isFullyCompressed } from './compression-state.ts';
import { assertMetric, type Logs, metricsOf } from './metrics.ts';
import { restoreCheckpoint } from './restore-checkpoint.ts';
import { looseTensors, optimizerWeights, saveCheckpoint } from './save-checkpoint.ts';

/** Options of {@link checkpointCallback}. */
export interface CheckpointOptions {
  /** The metric that says which epoch is best; `null` keeps the last one alone. Default `'val_loss'`. */
  readonly monitor?: string | null;
  /** Whether a better value is smaller or larger. Default: larger where the name of the metric has `acc` in it. */
  readonly mode?: 'min' | 'max';
  /** Epochs from one `last` to the next. Default 1. */
  readonly every?: number;
}

/** Where a training goes on. */
export interface CheckpointProgress {
  /** Epochs that are done, which is the `initialEpoch` for `fit`; 0 for a checkpoint that was saved without. */
  readonly epoch: number;
  /** The best epoch so far, from 0, and its metric; undefined before there is one. */
  readonly best: { readonly epoch: number; readonly value: number } | undefined;
}

/**
 * Keeps checkpoints of a model while `fit` trains it: `last` after every epoch, and `best`, the epoch with the best metric. Only
 * epochs at whose end alpha is 0 in all compressed layers can be best: before, the model still leans on its dense matrices.
 *
 * Made by {@link checkpointCallback}.
 */
export class CheckpointCallback extends Callback {
  readonly #monitor: string | null;
  readonly #larger: boolean;
  readonly #every: number;
  #progress: CheckpointProgress = { epoch: 0, best: undefined };
  /** Whether what the store has is of this training. */
  #ours = false;

  constructor(
    private readonly trained: LayersModel,
    private readonly store: CheckpointStore,
    { monitor = 'val_loss', mode, every = 1 }: CheckpointOptions = {},
  ) {
    super();
    assertNumber('checkpointCallback', 'every', every, { min: 1, integer: true });
    this.#monitor = monitor;
    this.#larger = mode ? mode === 'max' : (monitor?.includes('acc') ?? false);
    this.#every = every;
  }

  /**
   * Goes on from a checkpoint, if there is one; the model must be compiled. Call it before `fit`.
   *
   * @param name `'last'` or `'best'`.
   * @throws GCompressError as {@link restoreCheckpoint} does; the model and the checkpoint are as they were.
   */
  async restore(name: 'last' | 'best' = 'last'): Promise<CheckpointProgress> {
    if (await this.store.has(name)) {
      const { epoch = 0, best } = await restoreCheckpoint(this.trained, this.store.handler(name));
      this.#progress = { epoch, best: best ?? undefined } as CheckpointProgress;
    }
    this.#ours = true;
    return this.#progress;
  }

  override async onTrainBegin(): Promise<void> {
    if (this.model.optimizer !== this.trained.optimizer) {
      throw new GCompressError('unsupported', {
        where: 'checkpointCallback',
        expected: 'the model that it was made for',
        actual: `'${this.model.name}'`,
        hint: 'Make a callback for this model.',
      });
    }
    if (this.#monitor !== null)
      assertReachesZero(this.model, 'checkpointCallback', 'Keep the last one alone: monitor: null.');
    dispose(looseTensors(await optimizerWeights(this.model.optimizer)));
    if (this.#ours) return;
    if ((await this.store.has('last')) || (await this.store.has('best'))) throw occupied();
    this.#ours = true;
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const best = await this.#improvement(epoch, logs);
    this.#progress = { epoch: epoch + 1, best: best ?? this.#progress.best };
    if (best) await this.#save('best');
    if ((epoch + 1) % this.#every === 0) await this.#save('last');
  }

  /** This epoch, if it is the best so far. */
  async #improvement(epoch: number, logs: NonNullable<Logs>): Promise<CheckpointProgress['best']> {
    if (this.#monitor === null) return undefined;
    assertMetric('checkpointCallback', this.#monitor, logs);
    const value = (await metricsOf(logs))[this.#monitor];
    if (!Number.isFinite(value) || !isFullyCompressed(this.trained)) return undefined;
    const { best } = this.#progress;
    const better = !best || (this.#larger ? value > best.value : value < best.value);
    return better ? { epoch, value } : undefined;
  }

  #save(name: 'last' | 'best'): Promise<void> {
    const { epoch, best } = this.#progress;
    return saveCheckpoint(this.trained, this.store.handler(name), { epoch, best: best ?? null });
  }
}

/**
 * A callback that keeps checkpoints of a model, from which a training that was stopped goes on bit for bit.
 *
 * ```ts
 * const checkpoint = checkpointCallback(model, checkpointFolder('run'), { monitor: 'val_acc' });
 * const { epoch } = await checkpoint.restore(); // 0 where there is no checkpoint yet
 * await model.fit(xs, ys, { epochs: 20, initialEpoch: epoch, shuffle: false, callbacks: [callback, checkpoint] });
 * ```
 *
 * @param model the compiled model that `fit` is called on.
 * @param store where the checkpoints `last` and `best` are kept. One that has some is refused unless `restore` was called, so that no
 * other training is lost.
 * @throws GCompressError `invalid-option`; when the training begins: `unsupported` for an optimizer that cannot be saved or a schedule
 * by which alpha never reaches 0, `file-write` for a store that has checkpoints; after an epoch: `invalid-option` for a metric that
 * is not there, and what the store throws.
 */
export function checkpointCallback(
  model: LayersModel,
  store: CheckpointStore,
  options: CheckpointOptions = {},
): CheckpointCallback {
  return new CheckpointCallback(model, store, options);
}

function occupied(): GCompressError {
  return new GCompressError('file-write', {
    where: 'checkpointCallback',
    expected: 'a store without checkpoints, or one to go on from',
    actual: 'checkpoints that would be lost',
    hint: 'Call restore() on the callback before fit, or choose another folder.',
  });
}
