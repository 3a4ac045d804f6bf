export { type CompressionSummaryOptions, compressionSummaries } from './compression-summaries.ts';
export type { Summary, SummaryWriter } from './summary.ts';
