// Public API: packs a model into one file, splits that file, or writes stock TensorFlow.js files.
export type { Probe, ProbeTensor, SeededInput } from './container/probe.ts';
export type { PackableWeight, WeightMethod } from './encode/choose-method.ts';
export { type PackOptions, type PackResult, pack } from './encode/pack.ts';
export type { PackedWeight, PackReport } from './encode/report.ts';
export { type SplitOptions, splitFile } from './encode/split-file.ts';
export { type StockFiles, type StockOptions, stockFiles } from './stock/stock-files.ts';
export type { RestDtype } from './values/rest-values.ts';
