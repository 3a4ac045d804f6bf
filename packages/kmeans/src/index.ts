// Public API: the method `kMeans`, its format, and `prune`.
export { type KMeansFactor, kMeansFormat } from './format.ts';
export { kMeans } from './k-means.ts';
export type { CodebookScope, CodebookSize, CodebookSizes, KMeansOptions, KMeansSettings } from './options.ts';
export { prune } from './prune.ts';
