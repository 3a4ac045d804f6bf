// The state of an operator in its training, and the variable that holds it.
import type { ScheduleState } from '@gcompress/scheduler';
import { tensor1d, tidy, type Variable } from '@tensorflow/tfjs-core';
import { UntilWritten } from '../weight/until-written.ts';

/** The state of an operator in its training. */
export interface StepState extends ScheduleState {
  /** Steps taken so far, which is also the number of the next step. */
  readonly steps: number;
}

/** Reads and writes a state variable. Reads from the backend again only after others wrote it, such as a checkpoint that was loaded. */
export class StepStateVariable {
  readonly #state = new UntilWritten<StepState>();

  constructor(private readonly variable: Variable) {}

  /** The current state. Synchronous, because the three numbers are mostly known without a read from the device. */
  read(): StepState {
    return this.#state.get([this.variable], () => {
      const [updates, lastUpdateStep, steps] = this.variable.dataSync();
      return { updates, lastUpdateStep, steps };
    });
  }

  write({ updates, lastUpdateStep, steps }: StepState): void {
    tidy(() => this.variable.assign(tensor1d([updates, lastUpdateStep, steps], 'int32')));
    this.#state.set([this.variable], { updates, lastUpdateStep, steps });
  }
}
