// The interface of a schedule.
import type { JsonObject } from '@gcompress/core';

/** The progress of one compressed matrix. Plain data: save it with the weights, and training resumes exactly. */
export interface ScheduleState {
  /** Updates made so far. */
  readonly updates: number;
  /** Step of the last update; −1 before the first. */
  readonly lastUpdateStep: number;
}

/** The state before the first update. */
export const initialScheduleState: ScheduleState = { updates: 0, lastUpdateStep: -1 };

/** What happens at a step. */
export interface ScheduleUpdate {
  /** True if an update is due at this step. */
  readonly due: boolean;
  /** True if this update computes the factors: the first update does, later updates as {@link ScheduleOptions.refactorEvery} says. */
  readonly compress: boolean;
  /** The state after the step; the given state if nothing is due. */
  readonly state: ScheduleState;
}

/**
 * When a matrix is compressed, and how its weight alpha falls from 1 (only the matrix) to 0 (only the factors). Holds no
 * state: each call takes a {@link ScheduleState} and returns the next one. Each matrix has its own state.
 */
export interface CompressionSchedule {
  /** The kind and all options: `scheduleFromConfig(config)` makes an equal schedule. */
  readonly config: JsonObject;
  /** Warnings for the user, e.g. that alpha never reaches 0; mostly empty. */
  readonly warnings: readonly string[];
  /** Step at which alpha reaches 0 if {@link update} is called at every step; `undefined` if alpha never reaches 0. */
  readonly zeroStep: number | undefined;
  /**
   * What is due at a step of the training, counted from 0. Call it at every step: one call makes at most one update, so skipped steps
   * may mean fewer updates.
   *
   * @throws GCompressError `invalid-option` when step or state is invalid.
   */
  update(step: number, state: ScheduleState): ScheduleUpdate;
  /** The share of the uncompressed matrix, in `[0, 1]`: 1 before the first update, and never rising. */
  alpha(state: ScheduleState): number;
  /** The schedule for one layer or matrix: this schedule, or if it is staggered, a schedule with the layer's own delay. */
  forLayer(name: string): CompressionSchedule;
}
