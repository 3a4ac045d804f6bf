// How sparsity grows over the steps of a training.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber } from '@gcompress/core/checks';

/** How sparsity grows over the steps of a training. */
export interface SparsitySchedule {
  /** Part of the entries that is pruned up to step `begin`, from 0 to below 1. Default 0. */
  readonly initial?: number;
  /** Part of the entries that is pruned from step `end` on, from 0 to below 1. Default 0.5. */
  readonly target?: number;
  /** Step at which sparsity begins to change, at least 0. Default 0. */
  readonly begin?: number;
  /** Step at which it has reached `target`, after `begin`. Default 100. */
  readonly end?: number;
  /** 1 for a straight line; the larger, the more is pruned early. Above 0. Default 3. */
  readonly exponent?: number;
}

/** A sparsity that grows while a model trains: how much is pruned at a step, and at which steps masks are made. */
export interface GrowingSparsity extends SparsitySchedule {
  /** Default: from `begin` on without an end, every 10 steps. */
  readonly steps?: PruningSteps;
}

/** {@link GrowingSparsity} with all defaults filled in. */
export type CompleteGrowth = Required<SparsitySchedule> & { readonly steps: Required<PruningSteps> };

/** When a mask is made anew. */
export interface PruningSteps {
  /** First step at which it may be, at least 0. Default 0. */
  readonly begin?: number;
  /** Last step at which it may be, inclusive; −1 for no end. Default −1. */
  readonly end?: number;
  /** Steps between two times, at least 1. Default 10. */
  readonly frequency?: number;
}

const STEPS_OPTIONS = ['begin', 'end', 'frequency'];
const SCHEDULE_OPTIONS = ['initial', 'target', 'begin', 'end', 'exponent'];

/**
 * The part of the entries to prune at a step: `target + (initial − target)·(1 − p)^exponent`, where p goes from 0 at
 * `begin` to 1 at `end` (Zhu and Gupta, 2017). Depends on the step alone, so that a resumed training goes on where it was.
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
 * The growth with its defaults, checked.
 *
 * @throws GCompressError `unknown-option` or `invalid-option`.
 */
export function completeGrowth(where: string, growth: GrowingSparsity): CompleteGrowth {
  assertKnownOptions(`${where} sparsity`, growth, [...SCHEDULE_OPTIONS, 'steps']);
  if (Object.values(growth).every((value) => value === undefined)) {
    throw new GCompressError('invalid-option', {
      where: `${where} sparsity`,
      expected: `a number, or at least one of ${[...SCHEDULE_OPTIONS, 'steps'].join(', ')}`,
      actual: 'an object that names none of them',
    });
  }
  const { steps: given = {}, ...schedule } = growth;
  const complete = completeSchedule(schedule);
  assertKnownOptions(`${where} sparsity.steps`, given, STEPS_OPTIONS);
  const steps = completeSteps(given, complete.begin);
  // Both refuse anything but a schedule
  sparsityAt(0, complete);
  sparsityUpdateDue(0, steps);
  return { ...complete, steps };
}

/** The sparsity of the mask that is in force at a step, which the last step that makes one has made; before the first, 0. */
export function sparsityInForce(
  step: number,
  { steps: { begin, end, frequency }, ...schedule }: CompleteGrowth,
): number {
  if (step < begin) return 0;
  const now = end === -1 ? step : Math.min(step, end);
  return sparsityAt(now - ((now - begin) % frequency), schedule);
}

/** The sparsity of the last mask that is made. */
export function finalSparsity(growth: CompleteGrowth): number {
  const { begin, end, frequency } = growth.steps;
  return sparsityInForce(end === -1 ? Math.max(begin, growth.end) + frequency : end, growth);
}

/**
 * Whether a mask is to be made anew at a step.
 *
 * @param step number of the training step, at least 0.
 * @param lastStep the step at which it was made last; left out before the first time.
 * @throws GCompressError `unknown-option` or `invalid-option`.
 *
 * Porting note: the reference counts from a last step of 0 before there was one, which puts off a first time at a step
 * below `frequency`; pass 0 for that.
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
    hint: 'Nothing would be left.',
  });
}
