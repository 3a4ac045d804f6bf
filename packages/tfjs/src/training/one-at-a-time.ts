// Asynchronous work, one piece after the other.
/** Runs asynchronous work one piece after the other, each at once when nothing runs. */
export class OneAtATime {
  /** What was begun last; settles when all work has. */
  #last: Promise<void> | undefined;

  /** What the work gives; a failure of the work before does not matter. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last ? this.#last.then(work) : work();
    const settled: Promise<void> = result.then(
      () => this.#settle(settled),
      () => this.#settle(settled),
    );
    this.#last = settled;
    return result;
  }

  #settle(settled: Promise<void>): void {
    if (this.#last === settled) this.#last = undefined;
  }
}
