// The callback that ends a training when a metric stops improving.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertOneOf, assertType } from '@gcompress/core/checks';
import type { Callback, EarlyStoppingCallbackArgs } from '@tensorflow/tfjs-layers';
import { assertReachesZero, isFullyCompressed } from '../checkpoints/compression-state.ts';
import { assertMetric, type Logs, metricsOf } from '../checkpoints/metrics.ts';
import { type Resumable, resumablesOf } from '../checkpoints/resumable.ts';
import { CheckedCallback } from '../layers/model/checked-callback.ts';

/** Options of {@link earlyStopCallback}: those of `tf.callbacks.earlyStopping` that do something there. */
export type EarlyStopOptions = Pick<
  EarlyStoppingCallbackArgs,
  'monitor' | 'minDelta' | 'patience' | 'mode' | 'baseline'
>;

/**
 * `tf.callbacks.earlyStopping` that waits for the compression: epochs count once alpha is 0 in every compressed layer. Before, the
 * loss is that of another model, and rises as alpha falls. A model without compressed layers is stopped as by the stock callback.
 *
 * Checkpoints of `checkpointCallback` keep its best value and how many epochs it has waited: a training that goes on from one waits
 * on, with a callback of the same options; the patience may be another one.
 *
 * @throws GCompressError `invalid-option` or `unknown-option`; when the training begins: `unsupported` for a schedule by which alpha
 * never reaches 0, `not-ready` for a training that goes on from a checkpoint at which it had stopped; after an epoch:
 * `invalid-option` for a metric that is not there.
 */
export function earlyStopCallback(options: EarlyStopOptions = {}): Callback {
  return new EarlyStopCallback(options);
}

class EarlyStopCallback extends CheckedCallback implements Resumable {
  protected readonly where = 'earlyStopCallback';
  readonly #monitor: string;
  readonly #larger: boolean;
  readonly #least: number;
  readonly #patience: number;
  readonly #start: number;
  /** What the state depends on. */
  readonly #key: string;
  #best = 0;
  #waited = 0;
  #counted = -1;
  #countedFit: object | undefined;

  constructor(options: EarlyStopOptions) {
    super();
    const { where } = this;
    assertKnownOptions(where, options, ['monitor', 'minDelta', 'patience', 'mode', 'baseline']);
    const { monitor = 'val_loss', minDelta = 0, patience = 0, mode = 'auto', baseline } = options;
    assertType(where, 'monitor', monitor, 'string');
    assertNumber(where, 'minDelta', minDelta);
    assertNumber(where, 'patience', patience, { min: 0, integer: true });
    assertOneOf(where, 'mode', mode, ['auto', 'min', 'max']);
    if (baseline !== undefined) assertNumber(where, 'baseline', baseline);
    this.#monitor = monitor;
    this.#larger = mode === 'max' || (mode === 'auto' && monitor.includes('acc'));
    this.#least = Math.abs(minDelta);
    this.#patience = patience;
    this.#start = baseline ?? (this.#larger ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    this.#key = `earlyStop ${JSON.stringify([monitor, this.#larger, this.#least, baseline ?? null])}`;
  }

  get fit(): object | undefined {
    return this.fitParams;
  }

  override async onTrainBegin(): Promise<void> {
    this.assertPassedOnce();
    assertReachesZero(this.fitted, this.where, 'Choose another schedule, or use tf.callbacks.earlyStopping.');
    const { callbacks, restored } = resumablesOf(this.fitted.optimizer);
    const { best = null, waited = 0 } = (restored.get(this.#key) ?? {}) as { best?: number | null; waited?: number };
    if (waited > 0 && waited >= this.#patience) throw stopped(waited);
    this.#best = best ?? this.#start;
    this.#waited = waited;
    this.#countedFit = undefined;
    restored.delete(this.#key);
    callbacks.set(this.#key, this);
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    await this.count(epoch, logs);
    if (this.#waited > 0 && this.#waited >= this.#patience) this.fitted.stopTraining = true;
  }

  async count(epoch: number, logs: NonNullable<Logs>): Promise<void> {
    const params = this.fitParams;
    if (params !== undefined && this.#countedFit === params && this.#counted === epoch) return;
    this.#countedFit = params;
    this.#counted = epoch;
    // The stock callback writes a line to the console and trains on for ever
    assertMetric(this.where, this.#monitor, logs);
    if (!isFullyCompressed(this.fitted)) return;
    const value = (await metricsOf(logs))[this.#monitor];
    const better = this.#larger ? value - this.#least > this.#best : value + this.#least < this.#best;
    if (better) this.#best = value;
    this.#waited = better ? 0 : this.#waited + 1;
  }

  state(): JsonObject {
    return { best: Number.isFinite(this.#best) ? this.#best : null, waited: this.#waited };
  }
}

function stopped(waited: number): GCompressError {
  return new GCompressError('not-ready', {
    where: 'earlyStopCallback',
    expected: 'a training that has not stopped yet',
    actual: `one that stopped after ${waited} epochs without a gain`,
    hint: 'It is done: deploy it, or train on with more patience.',
  });
}
