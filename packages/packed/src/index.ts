// What packs a model.
export type { Probe, ProbeTensor, SeededInput } from './container/probe.ts';
export { floatValues, type ModelWeight, modelWeights } from './encode/model-weights.ts';
export { type PackableWeight, type PackOptions, type PackResult, pack } from './encode/pack.ts';
export { differences, type PackedWeight, type PackReport } from './encode/report.ts';
export type { RestDtype } from './encode/rest-values.ts';
export { type SplitOptions, splitFile } from './encode/split-file.ts';
export { type StockFiles, type StockOptions, stockFiles } from './stock/stock-files.ts';
