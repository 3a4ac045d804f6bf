// A callback that sees each step after all other callbacks have finished it.

import { CheckedCallback } from '../layers/model/checked-callback.ts';
import { type Logs, metricsOf } from '../progress/metrics.ts';

/** A finished step of a training. */
export interface TrainingStep {
  /** Number of the step, from 0, over all epochs and resumed trainings, as the optimizer counts. */
  readonly step: number;
  /** Loss and metrics of its batch. */
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * A callback that looks at the training after all callbacks have finished a step, so that the order of the callbacks does not
 * matter.
 */
export abstract class StepCallback extends CheckedCallback {
  #waiting: TrainingStep | undefined;

  /** True if {@link afterStep} is called for this step. */
  protected abstract isDue(step: number): boolean;

  /** Called once for each step that is due. */
  protected abstract afterStep(step: TrainingStep): void | Promise<void>;

  /** Steps of the training so far, over all `fit`s. */
  protected get steps(): number {
    return this.fitted.optimizer.iterations;
  }

  override async onTrainBegin(): Promise<void> {
    this.assertPassedOnce();
    // Left from a rejected fit
    this.#waiting = undefined;
  }

  override async onBatchEnd(_batch: number, logs: Logs): Promise<void> {
    const step = this.steps - 1;
    // fit disposes these tensors before the next batch, so they are read now
    if (this.isDue(step)) this.#waiting = { step, metrics: await metricsOf(logs) };
  }

  override onBatchBegin(): Promise<void> {
    return this.#settle();
  }

  override onEpochEnd(_epoch: number, _logs: Logs): Promise<void> {
    return this.#settle();
  }

  override onTrainEnd(): Promise<void> {
    return this.#settle();
  }

  async #settle(): Promise<void> {
    const step = this.#waiting;
    this.#waiting = undefined;
    if (step) await this.afterStep(step);
  }
}
