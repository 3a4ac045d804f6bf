// Public API: compresses a trained model in one call, plans its sizes, and measures how sensitive its outputs are to each weight.

export { compressNow, type SmallModel } from './compress-now.ts';
export type { CompressNowOptions } from './compress-options.ts';
export type { Candidate, Candidates, SizedMethod } from './forms/candidates.ts';
export type { SavableModel, TrainedModel } from './model/model-artifacts.ts';
export type { RunnableModel } from './model/model-outputs.ts';
export type { CompressedWeight, CompressionReport, LowRankNodes } from './model/report.ts';
export { type ModelPlan, planModel } from './plan/plan-model.ts';
export type { PlanModelOptions } from './plan/plan-options.ts';
export type { PlannedForm } from './plan/weight-candidates.ts';
export type { PlanTimes } from './plan/weight-times.ts';
export { type SensitivityOptions, sensitivities } from './sensitivities.ts';
