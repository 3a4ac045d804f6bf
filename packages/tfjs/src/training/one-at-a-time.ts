// Runs asynchronous work one piece after the other.
/** Runs asynchronous work one piece after the other, each at once when nothing runs. */
export class OneAtATime {
  /** The work that was begun last; settles when all work has settled. */
  #last: Promise<void> | undefined;

  /** Runs the work after all earlier work, and gives its result. Earlier work may have failed. */
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
