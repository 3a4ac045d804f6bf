// Public API: trains a compressed model on the outputs of the original model.
export { type DistilledModel, distill } from './distill.ts';
export type { DistillOptions } from './distill-options.ts';
export type { DistillableModel } from './student/small-model.ts';
export type { DistillationLoss } from './targets/losses.ts';
export type { DistillationReport, HeldOutError } from './training/report.ts';
