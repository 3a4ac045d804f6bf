// What is due at a step of the training, by the schedule and by a compressor whose options change with the steps.
import type { MatrixCompressor } from '@gcompress/core';
import type { CompressionSchedule, ScheduleState } from '@gcompress/scheduler';
import { checkedAlpha } from './op-checks.ts';
import type { StepState } from './step-state.ts';

/** What is due at a step. */
export interface DueUpdate {
  /** True if the factors are computed. */
  readonly compresses: boolean;
  /** Alpha after the update. */
  readonly alpha: number;
  /** The schedule's state after the update. */
  readonly state: ScheduleState;
}

/** The parts of an operator that decide what is due. */
export interface UpdateRules {
  /** The operator's, for errors. */
  readonly name: string;
  readonly compressor: MatrixCompressor;
  readonly schedule: CompressionSchedule;
}

/**
 * What is due at a step; undefined if nothing is.
 *
 * @throws GCompressError `contract` when the schedule gives an alpha outside 0 to 1.
 */
export function dueUpdate(rules: UpdateRules, state: StepState, step: number): DueUpdate | undefined {
  const { due, compress, state: next } = rules.schedule.update(step, state);
  const changes = optionsChange(rules.compressor, state.steps - 1, step);
  if (!due && !changes) return undefined;
  return { compresses: compress || changes, alpha: checkedAlpha(rules.schedule, next, rules.name), state: next };
}

/** Whether the factors have been computed in this state. */
export function isFilled(compressor: MatrixCompressor, { updates, steps }: StepState): boolean {
  return updates > 0 || optionsChange(compressor, -1, steps - 1);
}

/** True if the compressor at step `to` has other options than the compressor at step `from`. */
function optionsChange({ atStep }: MatrixCompressor, from: number, to: number): boolean {
  if (!atStep) return false;
  return JSON.stringify(atStep(from).options) !== JSON.stringify(atStep(to).options);
}
