// What a search for a step is given, and what it finds.
import type { TrellisStates } from '@gcompress/coder';

/** What a search for a step is given. */
export interface Search {
  /** Step of each column, in units of the common step, `[n]`; 0 for a column of zeros. */
  readonly scales: Float64Array;
  /** Weights of the entries' squared errors: one for each entry, or one for all. */
  readonly weights: Float32Array;
  /** Trellis states for choosing the levels. */
  readonly trellis: TrellisStates;
  /** Trellis states for coding the levels; the coder uses 0 states for levels that this trellis cannot reach. */
  readonly stored: TrellisStates;
  readonly rateWeight: number;
  /** The most bits that the coded levels may take. */
  readonly bits: number;
}

/** Levels, and their common step. */
export interface Found {
  readonly step: number;
  readonly levels: Int32Array;
  /** Bits an entry that a doubling of the step would save, after a search. */
  readonly slope?: number;
}
