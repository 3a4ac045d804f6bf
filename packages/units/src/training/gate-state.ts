// The state of gates: plain JSON, which may come from a file.
import type { JsonObject } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType } from '@gcompress/core/checks';
import type { Analysis } from '../analysis/unit-groups.ts';
import { checkedChoice } from '../choice/unit-choice.ts';

/** The progress of gates. Plain JSON. */
export interface UnitGateState extends JsonObject {
  /** Steps of the training so far. */
  readonly steps: number;
  /** Updates so far, and the step of the last one; −1 before the first. */
  readonly updates: number;
  readonly lastUpdateStep: number;
  /** The share of the chosen units, from 1 to 0. */
  readonly alpha: number;
  /** The chosen units, by the name of their group. */
  readonly removed: Readonly<Record<string, readonly number[]>> & JsonObject;
}

/**
 * A state that fits a model.
 *
 * @throws GCompressError `invalid-option`, `unknown-option`.
 */
export function checkedState(where: string, state: UnitGateState, analysis: Analysis): UnitGateState {
  assertType(where, 'state', state, 'object', 'Pass the state of UnitGates.');
  assertKnownOptions(`${where} state`, state, ['steps', 'updates', 'lastUpdateStep', 'alpha', 'removed']);
  const { steps, updates, lastUpdateStep, alpha, removed } = state;
  assertNumber(`${where} state`, 'steps', steps, { min: 0, integer: true });
  assertNumber(`${where} state`, 'updates', updates, { min: 0, integer: true });
  assertNumber(`${where} state`, 'lastUpdateStep', lastUpdateStep, { min: -1, integer: true });
  assertNumber(`${where} state`, 'alpha', alpha, { min: 0, max: 1 });
  assertType(`${where} state`, 'removed', removed, 'object');
  checkedChoice(`${where} state`, { removed }, analysis);
  return { steps, updates, lastUpdateStep, alpha, removed };
}
