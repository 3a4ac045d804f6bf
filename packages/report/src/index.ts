// Public API: measures a packed model against the original, and writes what was found as HTML or Markdown.

export {
  type ChangedInput,
  type Evaluation,
  type FormBytes,
  type FormName,
  type FormQuality,
  type Histogram,
  type Prediction,
  type Proportion,
  REPORT_VERSION,
  type ReportData,
  type ReportedWeight,
  type ReportedWork,
  type Spectrum,
} from './data/report-data.ts';
export type { BatchLatency, ReportedLatency, ReportedMemory, TimeSpread } from './data/run-data.ts';
export { type EvaluateOptions, evaluateForms, type FormOutputs } from './evaluation/evaluate-forms.ts';
export type { PlainTensor } from './evaluation/plain-tensor.ts';
export type { ByteCompressor, ByteCompressors } from './forms/form-bytes.ts';
export { type StockRivals, stockRivals } from './forms/stock-rivals.ts';
export { reportHtml } from './html/report-html.ts';
export { type LatencyCalls, type MeasureLatencyOptions, measureLatency } from './latency/measure-latency.ts';
export { reportMarkdown } from './markdown/report-markdown.ts';
export { reportData } from './measure/make-report.ts';
export type { ReportOptions } from './measure/report-options.ts';
export type { WeightRecord } from './weights/report-weights.ts';
export type { CountedGraph, CountedTensor } from './work/count-graph.ts';
export type { CountedLayer, CountedLayers } from './work/count-layers.ts';
export type { MultiplyAdds } from './work/counted.ts';
export { multiplyAdds } from './work/multiply-adds.ts';
