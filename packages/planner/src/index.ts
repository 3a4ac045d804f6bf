// Public API: chooses the form of each matrix of a model for limits on sizes, on the time or on the error.
export { type CreatePlanOptions, createPlan } from './create-plan.ts';
export { type ErrorResponse, errorResponse, type MeasuredError } from './curve/error-response.ts';
export { type ExpectedError, interpolatedError, type MeasuredPoint } from './curve/interpolated-curve.ts';
export { type Growth, growths, type Refinement, refinements } from './curve/refinements.ts';
export { expectedDisagreement } from './drop/expected-disagreement.ts';
export { type MeasuredDrop, type SearchCurveOptions, type SearchedCurve, searchCurve } from './drop/search-curve.ts';
export { type EvaluateAllOptions, type EvaluationTask, evaluateAll } from './evaluate/evaluate-all.ts';
export { type EvaluationStore, memoryStore } from './evaluate/evaluation-store.ts';
export { type ParetoCurveOptions, paretoCurve } from './pareto-curve.ts';
export type {
  Plan,
  PlanCandidate,
  PlanChoice,
  PlanGoal,
  PlanLimits,
  PlanMatrix,
  PlanPoint,
  PlanSizes,
  PlanUnit,
} from './problem/plan-types.ts';
export { type ExpectedTime, type ExpectedTimes, expectedTimes } from './time/expected-times.ts';
export {
  type MeasureTimesOptions,
  measureTimes,
  type PreparedProduct,
  type PrepareProduct,
} from './time/measure-times.ts';
export { type MeasuredTimeOptions, measuredTime } from './time/measured-time.ts';
export type { ProductSize, TimedSize, TimeTable } from './time/time-table.ts';
