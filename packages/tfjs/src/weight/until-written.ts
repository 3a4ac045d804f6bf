// Keeps what was derived from tensors until something is written into one of them.
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * A value that follows from the values of tensors. Optimizers and checkpoints write variables without telling anybody, but every write
 * gives a variable new data: comparing the identities of the data tells whether the value still holds, and costs no trip to a device.
 */
export class UntilWritten<T> {
  readonly #free: (value: T) => void;
  #kept: { readonly of: readonly object[]; readonly value: T } | undefined;

  /** @param free called for each value that is kept no longer. */
  constructor(free: (value: T) => void = () => {}) {
    this.#free = free;
  }

  /** The kept value; made anew when one of the tensors was written since, or when others are given. */
  get(sources: readonly Tensor[], make: () => T): T {
    const kept = this.#kept;
    const same = kept?.of.length === sources.length && sources.every(({ dataId }, i) => dataId === kept.of[i]);
    if (kept && same) return kept.value;
    this.clear();
    const value = make();
    this.set(sources, value);
    return value;
  }

  /** Keeps a value that the caller knows to follow from the tensors as they are now. */
  set(sources: readonly Tensor[], value: T): void {
    this.clear();
    this.#kept = { of: sources.map(({ dataId }) => dataId), value };
  }

  /** Keeps nothing any more. May be called again. */
  clear(): void {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept) this.#free(kept.value);
  }
}
