// Detects an optimizer that trains a matrix without its factors.
import type { Variable } from '@tensorflow/tfjs-core';

/** Steps in a row after which the cause cannot be a single event, such as a checkpoint that was loaded. */
const STEPS_IN_A_ROW = 3;

/**
 * Watches whether a matrix changes between update steps while all its trainable factors stay the same. Every write gives a variable a
 * new `dataId`, so comparing these ids suffices, without a read from the device.
 */
export class UntrainedFactors {
  readonly #matrix: Variable;
  readonly #factors: readonly Variable[];
  #seen: readonly object[] | undefined;
  #inARow = 0;

  constructor(matrix: Variable, factors: readonly Variable[]) {
    this.#matrix = matrix;
    this.#factors = factors.filter(({ trainable }) => trainable);
  }

  /** Call it at each update step. It looks at nothing before the factors are computed (`filled`). */
  look(filled: boolean): void {
    if (!filled || this.#factors.length === 0) return;
    const now = [this.#matrix, ...this.#factors].map(({ dataId }) => dataId);
    if (this.#seen) {
      const [matrixChanged, ...factorsChanged] = now.map((dataId, i) => dataId !== this.#seen?.[i]);
      if (factorsChanged.includes(true)) this.#inARow = 0;
      else if (matrixChanged) this.#inARow++;
    }
    this.#seen = now;
  }

  /** Call it after a write into the factors that did not come from an optimizer. */
  forget(): void {
    this.#seen = [this.#matrix, ...this.#factors].map(({ dataId }) => dataId);
  }

  get warnings(): readonly string[] {
    if (this.#inARow < STEPS_IN_A_ROW) return [];
    return ["The optimizer changes the matrix but not its factors: give it all of the operator's trainableVariables."];
  }
}
