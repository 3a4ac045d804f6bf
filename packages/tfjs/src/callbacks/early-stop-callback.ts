import { type Callback, EarlyStopping, type EarlyStoppingCallbackArgs } from '@tensorflow/tfjs-layers';
import { assertReachesZero, isFullyCompressed } from './compression-state.ts';
import { assertMetric, type Logs } from './metrics.ts';

/** Options of {@link earlyStopCallback}: those of `tf.callbacks.earlyStopping` that do something there. */
export type EarlyStopOptions = Pick<
  EarlyStoppingCallbackArgs,
  'monitor' | 'minDelta' | 'patience' | 'mode' | 'baseline'
>;

/**
 * `tf.callbacks.earlyStopping` that waits for the compression: epochs count once alpha is 0 in every compressed layer. Before, the
 * loss is that of another model, and rises as alpha falls. A model without compressed layers is stopped as by the stock callback.
 *
 * @throws GCompressError when the training begins: `unsupported` for a schedule by which alpha never reaches 0; after an epoch:
 * `invalid-option` for a metric that is not there.
 */
export function earlyStopCallback(options: EarlyStopOptions = {}): Callback {
  return new EarlyStopCallback(options);
}

class EarlyStopCallback extends EarlyStopping {
  override async onTrainBegin(logs: Logs): Promise<void> {
    assertReachesZero(this.model, 'earlyStopCallback', 'Choose another schedule, or use tf.callbacks.earlyStopping.');
    await super.onTrainBegin(logs as Parameters<EarlyStopping['onTrainBegin']>[0]);
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    // The stock callback writes a line to the console and trains on for ever
    assertMetric('earlyStopCallback', this.monitor, logs);
    if (isFullyCompressed(this.model))
      await super.onEpochEnd(epoch, logs as Parameters<EarlyStopping['onEpochEnd']>[1]);
  }
}
