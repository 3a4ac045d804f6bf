// Public API: the methods `pruned` and `prunedKMeans`, their formats, masks, sparsity schedules and importance.
export {
  type GradientImportance,
  type GradientImportanceOptions,
  gradientImportance,
} from './gradient-importance.ts';
export {
  type BlockPooling,
  type BlockShape,
  blockMask,
  magnitudeMask,
  patternMask,
  type SparsityPattern,
} from './masks/masks.ts';
export type { PruningChoice, PruningOptions, PruningSettings, PruningSizes, PruningStructure } from './options.ts';
export { pruned } from './pruned.ts';
export { type PrunedFactor, prunedFormat } from './pruned-format.ts';
export { type CodebookSettings, type PrunedKMeansOptions, prunedKMeans } from './pruned-k-means.ts';
export { type PrunedKMeansFactor, prunedKMeansFormat } from './pruned-k-means-format.ts';
export {
  type GrowingSparsity,
  type PruningSteps,
  type SparsitySchedule,
  sparsityAt,
  sparsityUpdateDue,
} from './sparsity/sparsity.ts';
export { type SparsityMap, sparsityFor } from './sparsity/sparsity-map.ts';
export { withImportance } from './with-importance.ts';
