// What a planner chooses from: matrices, the candidate forms of each, and limits.
import type { JsonObject } from '@gcompress/core';

/** Units in which the size of a form is counted. */
export type PlanUnit = 'packed' | 'raw' | 'gzip' | 'memory' | 'multiplyAdds' | 'time';

/** All {@link PlanUnit}s, in the order of reports. */
export const PLAN_UNITS: readonly PlanUnit[] = ['packed', 'raw', 'gzip', 'memory', 'multiplyAdds', 'time'];

/** Sizes by unit; units that are unknown are left out. */
export type PlanSizes = {
  /** Bytes in the packed file. */
  readonly packed?: number;
  /** Bytes as stock TensorFlow.js stores the form, before any general compression. */
  readonly raw?: number;
  /** Bytes of the raw form after gzip. */
  readonly gzip?: number;
  /** Bytes in memory while the model computes. */
  readonly memory?: number;
  /** Multiply-adds for one example. */
  readonly multiplyAdds?: number;
  /** Expected milliseconds for one example on one backend, from a table of measured times. */
  readonly time?: number;
};

/** A form in which a matrix may be stored. */
export interface PlanCandidate {
  /** Name of the method, such as `'uniform'`; `'none'` for the dense form. */
  readonly method: string;
  /** Hyperparameters of the method, or whatever tells this form from the others. */
  readonly options: JsonObject;
  readonly sizes: PlanSizes;
  /** Expected squared relative error, at least 0. */
  readonly error: number;
  /** Standard deviation of `error`, at least 0: 0 where the error was measured on the whole matrix. Default 0. */
  readonly deviation?: number;
  /** Standard deviation of the time in milliseconds, at least 0. Default 0. */
  readonly timeDeviation?: number;
}

/** A matrix and its candidate forms. */
export interface PlanMatrix<C extends PlanCandidate = PlanCandidate> {
  readonly name: string;
  /**
   * The cost of one unit of squared relative error: its sensitivity, at least 0. With sensitivities of the model's outputs, the errors of a plan
   * add up to the expected squared relative error of these outputs. Default 1.
   */
  readonly weight?: number;
  /** The uncompressed form. No form larger than this one is proposed. */
  readonly dense: C;
  readonly candidates: readonly C[];
}

/** The most of each size, or of the error, that a plan may have; at least one. */
export type PlanLimits = { readonly [unit in PlanUnit]?: number } & {
  /** Largest expected error: the sum of weight times squared relative error over all matrices. */
  readonly error?: number;
};

/** What a plan makes small. */
export type PlanGoal = PlanUnit | 'error';

/** The chosen form of a matrix. */
export interface PlanChoice<C extends PlanCandidate = PlanCandidate> {
  readonly name: string;
  readonly form: C;
  /** Weight times expected squared relative error. */
  readonly cost: number;
}

/** Forms of all matrices, and what they come to. */
export interface PlanPoint<C extends PlanCandidate = PlanCandidate> {
  /** One for each matrix, in the order given. */
  readonly choices: readonly PlanChoice<C>[];
  /** Sums over all matrices and the fixed sizes, of each unit that all forms have. */
  readonly sizes: PlanSizes;
  /** Expected error: the sum of all costs. */
  readonly error: number;
  /**
   * The error with two standard deviations to both sides. The deviations of matrices are taken as independent; an error of the weights is not
   * counted.
   */
  readonly range: readonly [low: number, high: number];
  /**
   * The time with two standard deviations to both sides, in milliseconds, if all forms have one. The deviations add up, because the times of all
   * matrices come from the same table.
   */
  readonly timeRange?: readonly [low: number, high: number];
}

/** A plan that keeps all limits. */
export interface Plan<C extends PlanCandidate = PlanCandidate> extends PlanPoint<C> {
  /** What was made small. */
  readonly goal: PlanGoal;
  /** No plan from these candidates is better by more than this, in the unit of the goal; 0 if the plan is proved to be the best. */
  readonly gap: number;
}
