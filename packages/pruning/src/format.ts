// The decoders of both methods.
export { type PrunedFactor, prunedDecoder, prunedFormat } from './pruned-format.ts';
export { type PrunedKMeansFactor, prunedKMeansDecoder, prunedKMeansFormat } from './pruned-k-means-format.ts';
