// Public API: rewrites trained models to smaller ones of the same function.

export { type FoldedModel, foldBatchNorm } from './batch-norm/fold-batch-norm.ts';
export type { FoldedBatchNorm, Folds } from './batch-norm/report.ts';
export type { ConvolutionForm } from './low-rank/convolution-forms.ts';
export { type LowRankGraph, lowRankGraph } from './low-rank/low-rank-graph.ts';
export type { FormChoice, LowRankGraphOptions } from './low-rank/options.ts';
export type { KeptWeight } from './low-rank/places.ts';
export type { BeforeAfter, SplitWeight } from './low-rank/report.ts';
export { type SplitGraph, splitGraph } from './low-rank/split-graph.ts';
