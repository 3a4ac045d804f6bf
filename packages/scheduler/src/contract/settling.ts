// Tells when a value of a training, such as its loss, has settled: a pure function of a state.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertOneOf, assertType, describeValue } from '@gcompress/core/checks';

const SETTLING_MODES = ['falling', 'rising', 'steady'] as const;

/** What a watched value does until it settles: it falls as a loss, rises as an accuracy, or moves either way as a stable rank. */
export type SettlingMode = (typeof SETTLING_MODES)[number];

/** Options of {@link settling}. */
export interface SettlingOptions {
  /** What the value does until it settles. Default `'falling'`. */
  readonly mode?: SettlingMode;
  /** A change of more than this part of the best value so far is one; for example 0.01. From 0 to below 1. Default 0.01. */
  readonly tolerance?: number;
  /** Values in a row without such a change after which the value has settled, at least 1. Default 2. */
  readonly patience?: number;
}

/** The progress of a watched value. Plain data: save it with the weights, and a training that goes on settles at the same value. */
export interface SettlingState {
  /** The value that later ones are compared with; null before the first. */
  readonly best: number | null;
  /** Values in a row since then that changed no more than the tolerance. */
  readonly waited: number;
}

/** Watches a value of a training. Holds no state: each call takes a {@link SettlingState} and returns the next one. */
export interface Settling {
  /** The options with their defaults: `settling(config)` watches in the same way. */
  readonly config: Required<SettlingOptions> & JsonObject;
  /**
   * The state after a value, such as the loss of an epoch or the mean loss of some hundred steps.
   *
   * @throws GCompressError `non-finite` for NaN or infinity; `invalid-option` when the state is invalid.
   */
  observe(value: number, state: SettlingState): SettlingState;
  /** True once so many values as the patience changed no more than the tolerance. */
  isSettled(state: SettlingState): boolean;
}

/** The state before the first value. */
export const initialSettlingState: SettlingState = { best: null, waited: 0 };

/**
 * Watches a value until it has settled: a compression may begin when the loss has, and a training may end when the quality has.
 *
 * @throws GCompressError `invalid-option` or `unknown-option`, naming the option.
 */
export function settling(options: SettlingOptions = {}): Settling {
  const where = 'settling';
  assertKnownOptions(where, options, ['mode', 'tolerance', 'patience']);
  const { mode = 'falling', tolerance = 0.01, patience = 2 } = options;
  assertOneOf(where, 'mode', mode, SETTLING_MODES);
  assertNumber(where, 'tolerance', tolerance, { min: 0, max: 0.999 });
  assertNumber(where, 'patience', patience, { min: 1, integer: true });
  return {
    config: { mode, tolerance, patience },
    observe(value, state) {
      assertState(state);
      if (!Number.isFinite(value)) {
        throw new GCompressError('non-finite', {
          where: `${where} value`,
          expected: 'a finite number',
          actual: describeValue(value),
          hint: 'The training has diverged: lower the learning rate.',
        });
      }
      const { best, waited } = state;
      if (best === null) return { best: value, waited: 0 };
      const change = value - best;
      const least = tolerance * Math.abs(best);
      const changed =
        mode === 'falling' ? -change > least : mode === 'rising' ? change > least : Math.abs(change) > least;
      return changed ? { best: value, waited: 0 } : { best, waited: waited + 1 };
    },
    isSettled(state) {
      assertState(state);
      return state.waited >= patience;
    },
  };
}

/** Refuses anything but a state, because its numbers may come from a file. */
function assertState(state: SettlingState): void {
  assertType('settling', 'state', state, 'object', 'Begin with initialSettlingState.');
  if (state.best !== null) assertNumber('settling', 'state.best', state.best);
  assertNumber('settling', 'state.waited', state.waited, { min: 0, integer: true });
}
