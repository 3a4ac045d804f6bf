// Makes a schedule from rules for updates and alpha, and checks them.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import type { CompressionSchedule, ScheduleState } from './schedule.ts';
import { completeStagger, layerDelay, type StaggerOptions } from './stagger.ts';

/** What every kind of schedule can be given. */
export interface ScheduleOptions {
  /**
   * Computes the factors anew from the matrix at every n-th update after the first, as long as alpha was above 0. What the
   * factors learned in between is lost. Left out, they are computed once.
   */
  readonly refactorEvery?: number;
  /** Delays each layer by a part of its own. Left out, all layers follow the same steps. */
  readonly stagger?: StaggerOptions;
}

/** When updates are due, and what they do to alpha. Pure: everything follows from the arguments. */
export interface ScheduleRule<O> {
  /** The options with their defaults: the kind called with them gives an equal schedule. */
  readonly options: JsonObject;
  /** Step at which alpha reaches 0 when each step is asked about; `undefined` when it never does. */
  readonly zeroStep: number | undefined;
  /** What a user should know about these options. */
  readonly warnings: readonly string[];
  /** Whether an update is to be made at this step. */
  isDue(step: number, state: ScheduleState): boolean;
  /** Alpha after `state.updates` updates, at least 1. */
  alpha(state: ScheduleState): number;
  /** The options that change when everything happens this many steps later. */
  delayed(steps: number): Partial<O>;
}

/** What an author writes about a kind of schedule. */
export interface ScheduleDefinition<O extends ScheduleOptions> {
  /** Name in the configuration: `'linear'`, or `'acme/plateau'` outside the project. */
  readonly kind: string;
  /** Name of the function that users call, for errors. Default: the kind. */
  readonly name?: string;
  /** Names of its own options, without those of {@link ScheduleOptions}. */
  readonly optionNames: readonly Exclude<keyof O & string, keyof ScheduleOptions>[];
  /** Checks the options and returns the rule. */
  create(options: O): ScheduleRule<O>;
}

/** A kind of schedule: call it with options to get one. */
export interface ScheduleFactory<O = never> {
  (options: O): CompressionSchedule;
  /** Name in the configuration. */
  readonly kind: string;
}

/**
 * Makes a kind of schedule from its rule, with the checks, {@link ScheduleOptions} and state keeping that all share.
 *
 * @throws GCompressError `invalid-option` or `unknown-option` for anything but a definition.
 */
export function defineSchedule<O extends ScheduleOptions>(definition: ScheduleDefinition<O>): ScheduleFactory<O> {
  assertDefinition(definition);
  const { kind, name = kind, optionNames } = definition;
  const create = (options: O): CompressionSchedule => {
    assertKnownOptions(name, options, [...optionNames, 'refactorEvery', 'stagger']);
    const { refactorEvery, stagger: staggerOptions, ...own } = options;
    if (refactorEvery !== undefined) assertNumber(name, 'refactorEvery', refactorEvery, { min: 1, integer: true });
    const stagger = staggerOptions === undefined ? undefined : completeStagger(name, staggerOptions);
    const refactoring = refactorEvery === undefined ? {} : { refactorEvery };
    const rule = definition.create(options);

    const alpha = (state: ScheduleState) => {
      assertState(name, state);
      return state.updates === 0 ? 1 : bounded(name, rule.alpha(state));
    };
    const schedule: CompressionSchedule = {
      config: { kind, ...rule.options, ...refactoring, ...(stagger && { stagger }) },
      warnings: rule.warnings,
      zeroStep: rule.zeroStep,
      alpha,
      update(step, state) {
        assertNumber(name, 'step', step, { min: 0, integer: true });
        assertState(name, state);
        if (!rule.isDue(step, state)) return { due: false, compress: false, state };
        const again = refactorEvery !== undefined && state.updates % refactorEvery === 0 && alpha(state) > 0;
        return {
          due: true,
          compress: state.updates === 0 || again,
          state: { updates: state.updates + 1, lastUpdateStep: step },
        };
      },
      forLayer(layer) {
        assertType(`${name} forLayer`, 'name', layer, 'string');
        return stagger
          ? create({ ...own, ...rule.delayed(layerDelay(layer, stagger)), ...refactoring } as O)
          : schedule;
      },
    };
    return schedule;
  };
  return Object.assign(create, { kind });
}

/** Refuses anything but a state: numbers that may come from a file. */
function assertState(where: string, state: ScheduleState): void {
  assertType(where, 'state', state, 'object', 'Begin with initialScheduleState.');
  assertNumber(where, 'state.updates', state.updates, { min: 0, integer: true });
  assertNumber(where, 'state.lastUpdateStep', state.lastUpdateStep, { min: -1, integer: true });
}

/** A rule of another author may give any number. */
function bounded(where: string, alpha: number): number {
  if (typeof alpha === 'number' && alpha >= 0 && alpha <= 1) return alpha;
  throw new GCompressError('contract', {
    where: `${where} alpha`,
    expected: 'a number from 0 to 1',
    actual: describeValue(alpha),
  });
}

function assertDefinition(definition: object): void {
  const where = 'defineSchedule';
  assertKnownOptions(where, definition, ['kind', 'name', 'optionNames', 'create']);
  const { kind, name, optionNames, create }: Partial<Record<string, unknown>> = { ...definition };
  assertType(where, 'kind', kind, 'string');
  if (name !== undefined) assertType(where, 'name', name, 'string');
  assertType(where, 'create', create, 'function');
  if (Array.isArray(optionNames) && optionNames.every((each) => typeof each === 'string')) return;
  throw new GCompressError('invalid-option', {
    where: `${where} optionNames`,
    expected: 'a list of names',
    actual: describeValue(optionNames),
  });
}
