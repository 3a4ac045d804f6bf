// Public API of the decoders alone: the formats of `pruned` and `prunedKMeans`.
export { type PrunedFactor, prunedDecoder, prunedEntries, prunedFormat } from './pruned-format.ts';
export { type PrunedKMeansFactor, prunedKMeansDecoder, prunedKMeansFormat } from './pruned-k-means-format.ts';
