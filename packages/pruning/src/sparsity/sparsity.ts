// Sparsity schedules of gradual pruning: the sparsity at a training step, and the steps that make a new mask.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber } from '@gcompress/core/checks';

/** The growth of sparsity over the training steps. */
export interface SparsitySchedule {
  /** Part of the entries that is pruned up to step `begin`, from 0 to below 1. Default 0. */
  readonly initial?: number;
  /** Part of the entries that is pruned from step `end` on, from 0 to below 1. Default 0.5. */
  readonly target?: number;
  /** Step at which sparsity begins to change, at least 0. Default 0. */
  readonly begin?: number;
  /** Step at which sparsity reaches `target`, after `begin`. Default 100. */
  readonly end?: number;
  /** Exponent of the growth, above 0: 1 is a straight line; a larger exponent prunes more entries early. Default 3. */
  readonly exponent?: number;
}

/** A sparsity that grows during training: the sparsity at each step, and the steps that make a new mask. */
export interface GrowingSparsity extends SparsitySchedule {
  /** The steps that make a new mask. Default: every 10 steps from `begin` on, without an end. */
  readonly steps?: PruningSteps;
}

/** {@link GrowingSparsity} with all defaults filled in. */
export type CompleteGrowth = Required<SparsitySchedule> & { readonly steps: Required<PruningSteps> };

/** The steps that make a new mask. */
export interface PruningSteps {
  /** First step at which a mask may be made, at least 0. Default 0. */
  readonly begin?: number;
  /** Last step at which a mask may be made, inclusive; −1 for no end. Default −1. */
  readonly end?: number;
  /** Steps between two masks, at least 1. Default 10. */
  readonly frequency?: number;
}

const STEPS_OPTIONS = ['begin', 'end', 'frequency'];
const SCHEDULE_OPTIONS = ['initial', 'target', 'begin', 'end', 'exponent'];

/**
 * The part of the entries to prune at a step: `target + (initial − target)·(1 − p)^exponent`, where p goes from 0 at
 * `begin` to 1 at `end` (Zhu and Gupta, 2017). Depends only on the step, so that a resumed training continues with the same sparsity.
 *
 * @param step number of the training step, at least 0.
 * @throws GCompressError `unknown-option` or `invalid-option`.
 *
 * Porting note: the sparsity function of `pruning.Pruning`, with its defaults.
 */
export function sparsityAt(step: number, schedule: SparsitySchedule = {}): number {
  const where = 'sparsityAt';
  assertKnownOptions(where, schedule, SCHEDULE_OPTIONS);
  const { initial, target, begin, end, exponent } = completeSchedule(schedule);
  assertNumber(where, 'step', step, { min: 0, integer: true });
  assertSparsity(where, 'initial', initial);
  assertSparsity(where, 'target', target);
  assertNumber(where, 'begin', begin, { min: 0, integer: true });
  assertNumber(where, 'end', end, { above: begin, integer: true });
  assertNumber(where, 'exponent', exponent, { above: 0 });
  const passed = Math.min(1, Math.max(0, (step - begin) / (end - begin)));
  return (initial - target) * (1 - passed) ** exponent + target;
}

/**
 * Checks the growth and adds the defaults.
 *
 * @throws GCompressError `unknown-option` or `invalid-option`.
 */
export function completeGrowth(where: string, growth: GrowingSparsity): CompleteGrowth {
  assertKnownOptions(`${where} sparsity`, growth, [...SCHEDULE_OPTIONS, 'steps']);
  if (Object.values(growth).every((value) => value === undefined)) {
    throw new GCompressError('invalid-option', {
      where: `${where} sparsity`,
      expected: `a number, or at least one of ${[...SCHEDULE_OPTIONS, 'steps'].join(', ')}`,
      actual: 'an object without these options',
    });
  }
  const { steps: given = {}, ...schedule } = growth;
  const complete = completeSchedule(schedule);
  assertKnownOptions(`${where} sparsity.steps`, given, STEPS_OPTIONS);
  const steps = completeSteps(given, complete.begin);
  // Both functions refuse wrong options
  sparsityAt(0, complete);
  sparsityUpdateDue(0, steps);
  return { ...complete, steps };
}

/** The sparsity of the mask in use at a step, made at this step or an earlier one; 0 before the first mask. */
export function sparsityInForce(
  step: number,
  { steps: { begin, end, frequency }, ...schedule }: CompleteGrowth,
): number {
  if (step < begin) return 0;
  const now = end === -1 ? step : Math.min(step, end);
  return sparsityAt(now - ((now - begin) % frequency), schedule);
}

/** The sparsity of the last mask in training. */
export function finalSparsity(growth: CompleteGrowth): number {
  const { begin, end, frequency } = growth.steps;
  return sparsityInForce(end === -1 ? Math.max(begin, growth.end) + frequency : end, growth);
}

/**
 * True if a new mask is due at a step.
 *
 * @param step number of the training step, at least 0.
 * @param lastStep the step of the last mask. Omit it before the first mask.
 * @throws GCompressError `unknown-option` or `invalid-option`.
 *
 * Porting note: before the first mask the reference counts from a last step of 0, which delays a first mask at a step below `frequency`.
 * Pass 0 for the same result.
 */
export function sparsityUpdateDue(step: number, steps: PruningSteps = {}, lastStep?: number): boolean {
  const where = 'sparsityUpdateDue';
  assertKnownOptions(where, steps, STEPS_OPTIONS);
  const { begin, end, frequency } = completeSteps(steps);
  assertNumber(where, 'step', step, { min: 0, integer: true });
  assertNumber(where, 'begin', begin, { min: 0, integer: true });
  if (end !== -1) assertNumber(where, 'end', end, { above: begin, integer: true });
  assertNumber(where, 'frequency', frequency, { min: 1, integer: true });
  if (lastStep !== undefined) assertNumber(where, 'lastStep', lastStep, { min: 0, integer: true });
  return begin <= step && (end === -1 || step <= end) && (lastStep === undefined || lastStep + frequency <= step);
}

function completeSchedule(schedule: SparsitySchedule): Required<SparsitySchedule> {
  const { initial = 0, target = 0.5, begin = 0, end = 100, exponent = 3 } = schedule;
  return { initial, target, begin, end, exponent };
}

function completeSteps(steps: PruningSteps, first = 0): Required<PruningSteps> {
  const { begin = first, end = -1, frequency = 10 } = steps;
  return { begin, end, frequency };
}

/**
 * Checks a sparsity.
 *
 * @throws GCompressError `invalid-option` unless it is a number from 0 to below 1.
 */
export function assertSparsity(where: string, name: string, value: unknown): asserts value is number {
  assertNumber(where, name, value, { min: 0, max: 1 });
  if (value < 1) return;
  throw new GCompressError('invalid-option', {
    where: `${where} ${name}`,
    expected: 'a number of at least 0 and below 1',
    actual: `${value}`,
    hint: 'A sparsity of 1 would leave no entries.',
  });
}
