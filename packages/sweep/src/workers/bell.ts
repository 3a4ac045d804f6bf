// Wakes what waits, before its time is over.

/** Waits for a time or for the next ring, whichever comes first. */
export class Bell {
  #waiting = new Set<() => void>();

  /** Wakes all that wait now. */
  ring(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  /** @param milliseconds the longest time to wait. */
  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => wake(), milliseconds);
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
    });
  }
}
