// Chooses the kind of sums for a matrix: whole rows, single channels, or ids.
import type { Observed } from '../observed/observed.ts';
import { ChannelSums } from './channel-sums.ts';
import { IdCounts } from './id-counts.ts';
import { MomentSums } from './moment-sums.ts';
import type { Sums } from './sums.ts';

/** Empty sums for the inputs of a matrix. */
export function emptySums(observed: Observed): Sums {
  if (observed.structure === 'ids') return new IdCounts(observed);
  return observed.structure === 'channels' ? new ChannelSums(observed) : new MomentSums(observed);
}
