// Where an operator stands in its training, and the variable that keeps it.
import type { ScheduleState } from '@gcompress/scheduler';
import { tensor1d, tidy, type Variable } from '@tensorflow/tfjs-core';
import { UntilWritten } from '../weight/until-written.ts';

/** Where an operator stands in its training. */
export interface StepState extends ScheduleState {
  /** Steps taken so far; the number of the next one. */
  readonly steps: number;
}

/** The host's view of a state variable, read again only when something else has written it, such as the loading of a checkpoint. */
export class StepStateVariable {
  readonly #state = new UntilWritten<StepState>();

  constructor(private readonly variable: Variable) {}

  /** The state now. Synchronous, because three numbers that the host wrote itself need no trip to a device. */
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
