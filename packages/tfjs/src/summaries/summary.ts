// The types of summaries and of their writers.
/** One number of a training at one step. */
export interface Summary {
  /** Name of the quantity; parts are separated by `/`. */
  readonly tag: string;
  /** The step after which it was taken, from 0. */
  readonly step: number;
  readonly value: number;
}

/** Where summaries go: a file, a display, an array. */
export interface SummaryWriter {
  /** Writes these summaries, in the order of their steps. The promise resolves when they are written. */
  write(summaries: readonly Summary[]): void | Promise<void>;
}
