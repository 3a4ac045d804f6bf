// Moving averages of variables.
import * as tf from '@tensorflow/tfjs';

const MAX_DECAY = 0.9999;

/**
 * Moving averages of variables, which do better in a network than the variables themselves. While few steps are done, only the
 * last ones count.
 *
 * Porting note: `tf.train.ExponentialMovingAverage(0.9999, global_step)`.
 */
export class MovingAverages {
  /** The averages, by the name of the variable. */
  readonly averages: ReadonlyMap<string, tf.Variable>;

  constructor(private readonly variables: ReadonlyMap<string, tf.Variable>) {
    this.averages = new Map([...variables].map(([name, variable]) => [name, tf.variable(variable, false)]));
  }

  /** Takes the values after a step, counted from 0, into the averages. */
  update(step: number): void {
    const decay = Math.min(MAX_DECAY, (1 + step) / (10 + step));
    tf.tidy(() => {
      for (const [name, average] of this.averages) {
        average.assign(average.add(tf.mul(1 - decay, this.#variable(name).sub(average))));
      }
    });
  }

  /** Lets the averages of these variables begin anew at their values: those before mean nothing any more. */
  restart(names: Iterable<string>): void {
    for (const name of names) this.averages.get(name)?.assign(this.#variable(name));
  }

  /** Puts the averages in the place of the variables. What was there is lost, so do it to evaluate or deploy, after the training. */
  applyToVariables(): void {
    for (const [name, average] of this.averages) this.#variable(name).assign(average);
  }

  dispose(): void {
    tf.dispose([...this.averages.values()]);
  }

  #variable(name: string): tf.Variable {
    return this.variables.get(name) as tf.Variable;
  }
}
