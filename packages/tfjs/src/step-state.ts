import type { ScheduleState } from '@gcompress/scheduler';
import { tensor1d, tidy, type Variable } from '@tensorflow/tfjs-core';

/** Where an operator stands in its training. */
export interface StepState extends ScheduleState {
  /** Steps taken so far; the number of the next one. */
  readonly steps: number;
}

/**
 * The host's view of a state variable. It is read again only when something else has written the variable, such as the
 * loading of a checkpoint: every write gives a variable new data.
 */
export class StepStateVariable {
  #seen: object | undefined;
  #state: StepState = { updates: 0, lastUpdateStep: -1, steps: 0 };

  constructor(private readonly variable: Variable) {}

  /** The state now. Synchronous, because three numbers that the host wrote itself need no trip to a device. */
  read(): StepState {
    if (this.variable.dataId !== this.#seen) {
      const [updates, lastUpdateStep, steps] = this.variable.dataSync();
      this.#state = { updates, lastUpdateStep, steps };
      this.#seen = this.variable.dataId;
    }
    return this.#state;
  }

  write({ updates, lastUpdateStep, steps }: StepState): void {
    tidy(() => this.variable.assign(tensor1d([updates, lastUpdateStep, steps], 'int32')));
    this.#state = { updates, lastUpdateStep, steps };
    this.#seen = this.variable.dataId;
  }
}
