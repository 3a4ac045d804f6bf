// A callback that sees each step when all others are done with it.

import { type Logs, metricsOf } from '../checkpoints/metrics.ts';
import { CheckedCallback } from '../layers/model/checked-callback.ts';

/** A step of a training that is over. */
export interface TrainingStep {
  /** Number of the step, from 0, over all epochs and resumed trainings: the optimizer counts. */
  readonly step: number;
  /** Loss and metrics of its batch. */
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * A callback that looks at a training after a step, when all callbacks are done with it: what it sees does not depend on the order
 * in which callbacks are given.
 */
export abstract class StepCallback extends CheckedCallback {
  #waiting: TrainingStep | undefined;

  /** Whether {@link afterStep} is called for this step. */
  protected abstract isDue(step: number): boolean;

  /** Called once for each step that is due. */
  protected abstract afterStep(step: TrainingStep): void | Promise<void>;

  /** Steps of the training so far, over all `fit`s. */
  protected get steps(): number {
    return this.fitted.optimizer.iterations;
  }

  override async onTrainBegin(): Promise<void> {
    this.assertPassedOnce();
    // Left over from a fit that was rejected
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
