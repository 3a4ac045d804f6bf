// Keeps a value that was computed from tensors until one of them is written.
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * A value that was computed from tensors. Optimizers and checkpoints write variables without notice, but every write gives a variable a
 * new `dataId`. Comparing these ids shows whether the value is still valid, without a read from the device.
 */
export class UntilWritten<T> {
  readonly #free: (value: T) => void;
  #kept: { readonly of: readonly object[]; readonly value: T } | undefined;

  /** @param free called with each value that is dropped. */
  constructor(free: (value: T) => void = () => {}) {
    this.#free = free;
  }

  /** The kept value; computed again after a write into one of the tensors, or if the tensors are not the same as before. */
  get(sources: readonly Tensor[], make: () => T): T {
    const kept = this.#kept;
    const same = kept?.of.length === sources.length && sources.every(({ dataId }, i) => dataId === kept.of[i]);
    if (kept && same) return kept.value;
    this.clear();
    const value = make();
    this.set(sources, value);
    return value;
  }

  /** Keeps a value that the caller computed from the tensors as they are now. */
  set(sources: readonly Tensor[], value: T): void {
    this.clear();
    this.#kept = { of: sources.map(({ dataId }) => dataId), value };
  }

  /** Drops the kept value. May be called again. */
  clear(): void {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept) this.#free(kept.value);
  }
}
