/** One number of a training at one step. */
export interface Summary {
  /** What it is of; parts are separated by `/`. */
  readonly tag: string;
  /** The step after which it was taken, from 0. */
  readonly step: number;
  readonly value: number;
}

/** Where summaries go: a file, a display, an array. */
export interface SummaryWriter {
  /** Takes these summaries, in the order of their steps; when the promise resolves it is done with them. */
  write(summaries: readonly Summary[]): void | Promise<void>;
}
