// A file that takes summaries.
import type { SummaryWriter } from '../summaries/summary.ts';

/** Summaries in a file, which must be closed in the end. */
export interface SummaryFile extends SummaryWriter {
  /** Path of the file. */
  readonly path: string;
  /** Writes what is not on the disk yet, and closes the file. May be called again. */
  close(): Promise<void>;
}
