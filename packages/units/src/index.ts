// Public API: groups of units of a model, their removal, and gates that fade them out in training.

export {
  type LayerLeftAlone,
  type UnitGroup,
  type UnitGroups,
  type UnitSlice,
  unitGroups,
} from './analysis/unit-groups.ts';
export type { SliceRole } from './analysis/walk.ts';
export type { UnitChoice } from './choice/unit-choice.ts';
export type { RowSums } from './removal/compensation.ts';
export { type ModelOfFewerUnits, type RemoveUnitsOptions, removeUnits } from './removal/remove-units.ts';
export type { BeforeAndAfter, LayerUnits, UnitReport } from './removal/report.ts';
export type { UnitGateState } from './training/gate-state.ts';
export { UnitCallback, type UnitCallbackOptions, type UnitUpdate, unitCallback } from './training/unit-callback.ts';
export { type UnitGateOptions, type UnitGateResult, UnitGates } from './training/unit-gates.ts';
