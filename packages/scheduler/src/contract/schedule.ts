// The interface of a schedule.
import type { JsonObject } from '@gcompress/core';

/** How far one compressed matrix has come. Plain data: save it with the weights, and training resumes exactly. */
export interface ScheduleState {
  /** Updates made so far. */
  readonly updates: number;
  /** Step of the last update; −1 before the first. */
  readonly lastUpdateStep: number;
}

/** The state before the first update. */
export const initialScheduleState: ScheduleState = { updates: 0, lastUpdateStep: -1 };

/** What is to be done at a step. */
export interface ScheduleUpdate {
  /** Whether an update is to be made at this step. */
  readonly due: boolean;
  /** Whether this update computes the factors: the first one does, later ones where {@link ScheduleOptions.refactorEvery} says. */
  readonly compress: boolean;
  /** The state after it; the given one when nothing is due. */
  readonly state: ScheduleState;
}

/**
 * When a matrix is compressed, and how its weight alpha falls from 1 (only the matrix) to 0 (only the factors). Holds no
 * state: what has happened comes in and goes out as a {@link ScheduleState}, one for each matrix.
 */
export interface CompressionSchedule {
  /** The kind and all options: `scheduleFromConfig(config)` makes an equal schedule. */
  readonly config: JsonObject;
  /** What a user should know, e.g. that alpha never reaches 0; mostly empty. */
  readonly warnings: readonly string[];
  /** Step at which alpha reaches 0 when {@link update} is called at every step; `undefined` when it never does. */
  readonly zeroStep: number | undefined;
  /**
   * What is due at a step of the training, counted from 0. Call it at every step: at most one update is made in a call, so
   * steps that are left out may mean fewer updates.
   *
   * @throws GCompressError `invalid-option` when the step or the state is none.
   */
  update(step: number, state: ScheduleState): ScheduleUpdate;
  /** The weight of the uncompressed matrix, in `[0, 1]`: 1 before the first update, and never rising. */
  alpha(state: ScheduleState): number;
  /** The schedule for one layer or matrix: this one, or where it is staggered, one that starts later by a part of its own. */
  forLayer(name: string): CompressionSchedule;
}
