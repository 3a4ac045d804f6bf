// The callback that saves checkpoints while a model trains, and restores them.
import { GCompressError, isGCompressError, type JsonObject } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertOneOf, assertType } from '@gcompress/core/checks';
import { dispose } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  type CheckpointProgress,
  readProgress,
  type StoredProgress,
  writtenProgress,
} from '../checkpoints/checkpoint-progress.ts';
import type { CheckpointStore } from '../checkpoints/checkpoint-store.ts';
import { assertReachesZero, isFullyCompressed } from '../checkpoints/compression-state.ts';
import { readCheckpointProgress, restoreChecked } from '../checkpoints/restore-checkpoint.ts';
import { looseTensors, optimizerWeights, saveCheckpoint } from '../checkpoints/save-checkpoint.ts';
import { CheckedCallback } from '../layers/model/checked-callback.ts';
import { assertModel, assertUsableModel } from '../layers/model/model-checks.ts';
import { assertMetric, type Logs, metricsOf } from '../progress/metrics.ts';
import { resumablesOf } from '../progress/resumable.ts';

/** Options of {@link checkpointCallback}. */
export interface CheckpointOptions {
  /** The metric that chooses the best epoch; `null` keeps only the last epoch. Default `'val_loss'`. */
  readonly monitor?: string | null;
  /** Whether smaller or larger values are better. Default: larger if the name of the metric contains `acc`, else smaller. */
  readonly mode?: 'min' | 'max';
  /** Epochs between two saves of `last`. Default 1. */
  readonly every?: number;
}

/**
 * Keeps checkpoints of a model while `fit` trains it: `last` after every epoch, and `best`, the epoch with the best metric. An
 * epoch can only be best if alpha is 0 in all compressed layers at its end: before, the model still uses its dense matrices.
 *
 * Made by {@link checkpointCallback}.
 */
export class CheckpointCallback extends CheckedCallback {
  protected readonly where = 'checkpointCallback';
  readonly #monitor: string | null;
  readonly #larger: boolean;
  readonly #every: number;
  #progress: CheckpointProgress = { epoch: 0, best: undefined };
  /** True if the checkpoints in the store belong to this training. */
  #ours = false;
  #warnings: readonly string[] = [];

  constructor(
    private readonly trained: LayersModel,
    private readonly store: CheckpointStore,
    options: CheckpointOptions = {},
  ) {
    super();
    const { where } = this;
    assertModel(trained, where);
    assertUsableModel(trained, where);
    assertType(where, 'store', store, 'object', 'Pass checkpointFolder(path), or a store of your own.');
    assertType(where, 'store.handler', store.handler, 'function');
    assertType(where, 'store.has', store.has, 'function');
    assertKnownOptions(where, options, ['monitor', 'mode', 'every']);
    const { monitor = 'val_loss', mode, every = 1 } = options;
    if (monitor !== null) assertType(where, 'monitor', monitor, 'string');
    if (mode !== undefined) assertOneOf(where, 'mode', mode, ['min', 'max']);
    assertNumber(where, 'every', every, { min: 1, integer: true });
    this.#monitor = monitor;
    this.#larger = mode ? mode === 'max' : (monitor?.includes('acc') ?? false);
    this.#every = every;
  }

  /** A warning if the last `restore` found a damaged `best`. Mostly empty. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /**
   * Resumes from a checkpoint, if the store has one; the model must be compiled. Call it before `fit`. Only a better epoch replaces the
   * `best` in the store, even if `last` is older than `best`. With a damaged `best` the training still resumes from `last`:
   * {@link warnings} reports the damage, and the next epoch that can be best replaces it.
   *
   * @param name `'last'` or `'best'`.
   * @throws GCompressError as {@link restoreCheckpoint} does, and `invalid-option` for a `best` that was chosen by a different metric. The
   * model and the checkpoints are then unchanged.
   */
  async restore(name: 'last' | 'best' = 'last'): Promise<CheckpointProgress> {
    assertOneOf('checkpointCallback restore', 'name', name, ['last', 'best']);
    const { best: kept, damage } = (await this.store.has('best')) ? await this.#keptBest() : {};
    // The best value in `last` is useless if the checkpoint of that epoch is lost
    const better = (best: CheckpointProgress['best']) => (damage ? undefined : this.#better(best, kept));
    if (await this.store.has(name)) {
      const read = (progress: JsonObject) => this.#checked(readProgress(progress));
      const { epoch, best, callbacks } = await restoreChecked(this.trained, this.store.handler(name), read);
      this.#progress = { epoch, best: better(best) };
      const { restored } = resumablesOf(this.trained.optimizer);
      restored.clear();
      for (const [key, state] of callbacks) restored.set(key, state);
    } else this.#progress = { ...this.#progress, best: better(this.#progress.best) };
    this.#ours = true;
    this.#warnings = damage ? [damage] : [];
    return this.#progress;
  }

  override async onTrainBegin(): Promise<void> {
    this.assertPassedOnce();
    if (this.fitted.optimizer !== this.trained.optimizer) {
      throw new GCompressError('unsupported', {
        where: 'checkpointCallback',
        expected: 'the model that this callback was made for',
        actual: `'${this.model.name}'`,
        hint: 'Make a callback for this model.',
      });
    }
    if (this.#monitor !== null)
      assertReachesZero(this.model, 'checkpointCallback', 'Keep only the last epoch: monitor: null.');
    dispose(looseTensors(await optimizerWeights(this.model.optimizer)));
    if (this.#ours) return;
    if ((await this.store.has('last')) || (await this.store.has('best'))) throw occupied();
    this.#ours = true;
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const best = await this.#improvement(epoch, logs);
    this.#progress = { epoch: epoch + 1, best: best ?? this.#progress.best };
    const due = (epoch + 1) % this.#every === 0;
    if (!best && !due) return;
    const callbacks = await this.#states(epoch, logs);
    if (best) await this.#save('best', callbacks);
    if (due) await this.#save('last', callbacks);
  }

  /** The best epoch in the store, or a description of the damage in its checkpoint. */
  async #keptBest(): Promise<{ readonly best?: CheckpointProgress['best']; readonly damage?: string }> {
    try {
      return { best: this.#checked(readProgress(await readCheckpointProgress(this.store.handler('best')))).best };
    } catch (error) {
      if (!isGCompressError(error) || !error.code.startsWith('file-')) throw error;
      const damage = `The checkpoint 'best' is damaged. The next epoch that can be best replaces it. ${error.message}`;
      return { damage };
    }
  }

  /** Refuses progress of a different metric, because its values cannot be compared. */
  #checked(progress: StoredProgress): StoredProgress {
    const { monitor } = progress;
    if (!monitor || this.#monitor === null) return progress;
    if (monitor.metric === this.#monitor && monitor.larger === this.#larger) return progress;
    const describe = (metric: string, larger: boolean) =>
      `'${metric.slice(0, 60)}', ${larger ? 'larger' : 'smaller'} is better`;
    throw new GCompressError('invalid-option', {
      where: 'checkpointCallback monitor',
      expected: `${describe(monitor.metric, monitor.larger)}, which chose the checkpoints in the store`,
      actual: describe(this.#monitor, this.#larger),
      hint: 'Give the callback the same options, or choose another folder.',
    });
  }

  #better(a: CheckpointProgress['best'], b: CheckpointProgress['best']): CheckpointProgress['best'] {
    if (!a || !b) return a ?? b;
    return (this.#larger ? b.value > a.value : b.value < a.value) ? b : a;
  }

  /** This epoch, if it is the best so far. */
  async #improvement(epoch: number, logs: NonNullable<Logs>): Promise<CheckpointProgress['best']> {
    if (this.#monitor === null) return undefined;
    assertMetric('checkpointCallback', this.#monitor, logs);
    const value = (await metricsOf(logs))[this.#monitor];
    if (!Number.isFinite(value) || !isFullyCompressed(this.trained)) return undefined;
    const { best } = this.#progress;
    const candidate = { epoch, value };
    return this.#better(best, candidate) === candidate ? candidate : undefined;
  }

  /** The states of the other callbacks of this `fit` after this epoch, in any order of the list. */
  async #states(epoch: number, logs: NonNullable<Logs>): Promise<Map<string, JsonObject>> {
    const states = new Map<string, JsonObject>();
    for (const [key, callback] of resumablesOf(this.trained.optimizer).callbacks) {
      // Skip callbacks that are left from a rejected fit
      if (callback.fit !== this.fitParams) continue;
      await callback.count(epoch, logs);
      states.set(key, callback.state());
    }
    return states;
  }

  #save(name: 'last' | 'best', callbacks: ReadonlyMap<string, JsonObject>): Promise<void> {
    const monitor = this.#monitor === null ? undefined : { metric: this.#monitor, larger: this.#larger };
    return saveCheckpoint(
      this.trained,
      this.store.handler(name),
      writtenProgress({ ...this.#progress, monitor, callbacks }),
    );
  }
}

/**
 * A callback that keeps checkpoints of a model, from which a stopped training resumes bit for bit.
 *
 * ```ts
 * const checkpoint = checkpointCallback(model, checkpointFolder('run'), { monitor: 'val_acc' });
 * const { epoch } = await checkpoint.restore(); // 0 where there is no checkpoint yet
 * await model.fit(xs, ys, { epochs: 20, initialEpoch: epoch, shuffle: false, callbacks: [callback, checkpoint] });
 * ```
 *
 * @param model the compiled model that `fit` is called on.
 * @param store keeps the checkpoints `last` and `best`. A store that already has checkpoints is refused unless `restore` was called, so
 * that no other training is lost.
 * @throws GCompressError `invalid-option` or `unknown-option`; when the training begins: `unsupported` for an optimizer that cannot be
 * saved or a schedule whose alpha never reaches 0, `file-write` for a store that has checkpoints; after an epoch: `invalid-option` for a
 * metric that `fit` does not report, and what the store throws.
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
    expected: 'a store without checkpoints, or a call of restore() before fit',
    actual: 'checkpoints that this training would overwrite',
    hint: 'Call restore() on the callback before fit, or choose another folder.',
  });
}
