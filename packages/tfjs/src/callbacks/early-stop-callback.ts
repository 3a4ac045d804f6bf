// The callback that ends a training when a metric stops improving.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertOneOf, assertType } from '@gcompress/core/checks';
import type { Callback, EarlyStoppingCallbackArgs } from '@tensorflow/tfjs-layers';
import { assertReachesZero, isFullyCompressed } from '../checkpoints/compression-state.ts';
import { CheckedCallback } from '../layers/model/checked-callback.ts';
import { assertMetric, type Logs, metricsOf } from '../progress/metrics.ts';
import { type Resumable, resumablesOf } from '../progress/resumable.ts';

/** Options of {@link earlyStopCallback}: the options of `tf.callbacks.earlyStopping` that have an effect. */
export type EarlyStopOptions = Pick<
  EarlyStoppingCallbackArgs,
  'monitor' | 'minDelta' | 'patience' | 'mode' | 'baseline'
>;

/**
 * `tf.callbacks.earlyStopping` that waits for the compression: epochs count only after alpha is 0 in every compressed layer. Until then
 * the loss is not comparable, because it rises as alpha falls. A model without compressed layers stops as with the stock callback.
 *
 * Checkpoints of `checkpointCallback` keep the best value and the number of epochs waited. A resumed training continues to wait, with a
 * callback of the same options; only the patience may differ.
 *
 * @throws GCompressError `invalid-option` or `unknown-option`; when the training begins: `unsupported` for a schedule whose alpha never
 * reaches 0, `not-ready` for a training that resumes from a checkpoint at which it had stopped; after an epoch: `invalid-option` for a
 * metric that `fit` does not report.
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
  /** The options that the state depends on, as a text. */
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
    // The stock callback only writes a line to the console and never stops
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
    actual: `a training that stopped after ${waited} epochs without improvement`,
    hint: 'Deploy the model, or train on with more patience.',
  });
}
