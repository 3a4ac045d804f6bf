// The public names of the entry `./summaries`.
export { type CompressionSummaryOptions, compressionSummaries } from './compression-summaries.ts';
export { type Histogram, type HistogramSummary, histogramOf } from './histogram.ts';
export type { ImageSummary } from './image-summary.ts';
export type { Summary, SummaryWriter } from './summary.ts';
