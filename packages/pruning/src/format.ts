// The decoders of both methods.
export { type PrunedFactor, prunedFormat } from './pruned-format.ts';
export { type PrunedKMeansFactor, prunedKMeansFormat } from './pruned-k-means-format.ts';
