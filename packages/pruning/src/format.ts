// The public names of the entry `./format`: the decoders of pruned and prunedKMeans.
export { type PrunedFactor, prunedFormat } from './pruned-format.ts';
export { type PrunedKMeansFactor, prunedKMeansFormat } from './pruned-k-means-format.ts';
