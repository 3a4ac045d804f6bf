// The callback that sets the learning rate before each step.
import { assertType } from '@gcompress/core/checks';
import type { Callback } from '@tensorflow/tfjs-layers';
import { CheckedCallback } from '../layers/model/checked-callback.ts';
import { assertRated, setLearningRate } from '../optimizers/set-learning-rate.ts';
import type { LearningRate } from './learning-rate.ts';

/**
 * A callback that sets the learning rate before each step. The optimizer counts the steps, so a resumed training continues at the
 * right rate.
 *
 * In a custom training loop, call `setLearningRate(optimizer, rate(step))` instead.
 *
 * @throws GCompressError `invalid-option` when `rate` is not a function; when the training begins: `unsupported` for an optimizer
 * without a learning rate; before a step: `invalid-option` for a rate that is not a number of at least 0.
 */
export function learningRateCallback(rate: LearningRate): Callback {
  return new LearningRateCallback(rate);
}

class LearningRateCallback extends CheckedCallback {
  protected readonly where = 'learningRateCallback';

  constructor(private readonly rate: LearningRate) {
    super();
    assertType(this.where, 'rate', rate, 'function', 'Pass constantRate(0.1), or a decay.');
  }

  override async onTrainBegin(): Promise<void> {
    this.assertPassedOnce();
    assertRated(this.fitted.optimizer);
  }

  override async onBatchBegin(): Promise<void> {
    const { optimizer } = this.fitted;
    setLearningRate(optimizer, this.rate(optimizer.iterations));
  }
}
