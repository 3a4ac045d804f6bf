// A file that takes summaries.
import type { SummaryWriter } from '../summaries/summary.ts';

/** A file of summaries. Close it in the end. */
export interface SummaryFile extends SummaryWriter {
  /** Path of the file. */
  readonly path: string;
  /** Writes the remaining bytes to the disk and closes the file. May be called again. */
  close(): Promise<void>;
}
