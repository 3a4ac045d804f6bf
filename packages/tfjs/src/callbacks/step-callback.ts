import type { Tensor } from '@tensorflow/tfjs-core';
import { Callback } from '@tensorflow/tfjs-layers';

/** Losses and metrics by name, as `fit` hands them to callbacks. */
export type Logs = Parameters<Callback['onBatchEnd']>[1];

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
export abstract class StepCallback extends Callback {
  #waiting: TrainingStep | undefined;

  /** Whether {@link afterStep} is called for this step. */
  protected abstract isDue(step: number): boolean;

  /** Called once for each step that is due. */
  protected abstract afterStep(step: TrainingStep): void | Promise<void>;

  /** Steps of the training so far, over all `fit`s. */
  protected get steps(): number {
    return this.model.optimizer.iterations;
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

/** Losses and metrics as numbers. The tensors stay as they are: other callbacks may want them. */
export async function metricsOf(logs: Logs = {}): Promise<Record<string, number>> {
  const entries = Object.entries(logs).filter(([name]) => name !== 'batch' && name !== 'size');
  const values = await Promise.all(entries.map(([, value]) => numberOf(value)));
  return Object.fromEntries(entries.map(([name], i) => [name, values[i]]));
}

async function numberOf(value: number | Tensor): Promise<number> {
  return typeof value === 'number' ? value : (await value.data())[0];
}
