// Fades units out while a model trains, until it computes as if they were removed.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber } from '@gcompress/core/checks';
import { assertSchedule, type CompressionSchedule, initialScheduleState } from '@gcompress/scheduler';
import { assertUsableModel } from '@gcompress/tfjs/layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Analysis, analysisOf } from '../analysis/unit-groups.ts';
import { chosenUnits, type RemovedUnits } from '../choice/choose-units.ts';
import { CHOICE_OPTIONS, type CheckedChoice, checkedChoice, type UnitChoice } from '../choice/unit-choice.ts';
import { readValues } from '../choice/weight-values.ts';
import { checkedState, type UnitGateState } from './gate-state.ts';
import { fade } from './masks.ts';

/** Options of {@link UnitGates}. */
export interface UnitGateOptions extends UnitChoice {
  /**
   * When the units are chosen, and how alpha falls from 1 to 0: a schedule of `@gcompress/scheduler`. They are chosen at its first update, and again
   * where it has `refactorEvery`.
   */
  readonly schedule: CompressionSchedule;
  /** The state of gates that were saved, with which the training goes on. Default: the beginning. */
  readonly state?: UnitGateState;
}

/** What a step did: nothing; chose units, which may be others than before; lowered alpha. */
export type UnitGateResult = 'idle' | 'chosen' | 'updated';

/**
 * Fades units of a model out while it trains: kernels and biases that compute a chosen unit, and kernel rows that read it, are `α·W + (1−α)·M·W`, with
 * M the mask that is 0 at this unit. At alpha 0 the mask is applied again after each step, and `removeUnits(model, { removed: gates.removed })` gives
 * the same function with smaller layers.
 *
 * The weights of the model are multiplied themselves, so that it stays a stock model with the variables it had: any optimizer, callback and
 * checkpoint works as before. BatchNorm is left as it is, because it would undo the factor.
 */
export class UnitGates {
  readonly #analysis: Analysis;
  readonly #choice: CheckedChoice;
  readonly #schedule: CompressionSchedule;
  readonly #model: LayersModel;
  #state: UnitGateState;

  /**
   * @throws GCompressError `invalid-option`, `unknown-option`, `shape-mismatch`; `unsupported` when no unit of the model can be removed; `not-ready` for a
   *   model that is not built; `disposed`.
   */
  constructor(model: LayersModel, options: UnitGateOptions) {
    const where = 'UnitGates';
    assertUsableModel(model, where);
    assertKnownOptions(where, options, [...CHOICE_OPTIONS, 'schedule', 'state']);
    const { schedule, state } = options;
    assertSchedule(where, 'schedule', schedule);
    if (schedule.zeroStep === undefined) throw neverZero(schedule);
    this.#model = model;
    this.#schedule = schedule;
    this.#analysis = analysisOf(model);
    this.#choice = checkedChoice(where, options, this.#analysis);
    this.#state =
      state === undefined
        ? { ...initialScheduleState, steps: 0, alpha: 1, removed: {} }
        : checkedState(where, state, this.#analysis);
  }

  /** Steps, updates, alpha and chosen units. Plain JSON: save it beside the weights, and pass it as `state` to go on. */
  get state(): UnitGateState {
    return this.#state;
  }

  /** The share of the chosen units, from 1 to 0. */
  get alpha(): number {
    return this.#state.alpha;
  }

  /** The chosen units by the name of their group; empty before the first update. */
  get removed(): Readonly<Record<string, readonly number[]>> {
    return this.#state.removed;
  }

  /**
   * Does what the schedule has due after a step of the training. Call it after every step, before the weights are used again.
   *
   * @param step of the training, from 0. Default: the number of calls so far.
   * @throws GCompressError `non-finite` for NaN in a weight; `budget-unreachable` for too large a ratio.
   */
  async runUpdateStep(step: number = this.#state.steps): Promise<UnitGateResult> {
    assertNumber('UnitGates', 'step', step, { min: 0, integer: true });
    const before = this.#state;
    const { updates, lastUpdateStep } = before;
    const { due, compress, state } = this.#schedule.update(step, { updates, lastUpdateStep });
    const alpha = this.#schedule.alpha(state);
    const removed = compress ? await this.#chosen() : before.removed;
    // A unit that was not chosen before is at full strength
    fade(this.#analysis.groups, { before: before.removed, now: removed }, { before: before.alpha, now: alpha });
    this.#state = { ...state, steps: step + 1, alpha, removed };
    return compress ? 'chosen' : due ? 'updated' : 'idle';
  }

  async #chosen(): Promise<Readonly<Record<string, readonly number[]>>> {
    const { groups } = this.#analysis;
    const values = await readValues('UnitGates', groups);
    const chosen: RemovedUnits = chosenUnits(
      'UnitGates',
      this.#analysis,
      this.#choice,
      values,
      this.#model.countParams(),
    );
    return Object.fromEntries(chosen);
  }
}

function neverZero({ config }: CompressionSchedule): GCompressError {
  return new GCompressError('invalid-option', {
    where: 'UnitGates schedule',
    expected: 'a schedule whose alpha reaches 0',
    actual: `${JSON.stringify(config)}, with which units never go`,
  });
}
