// Makes a schedule from rules for updates and alpha, and checks them.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import type { CompressionSchedule, ScheduleState } from './schedule.ts';
import { completeStagger, layerDelay, type StaggerOptions } from './stagger.ts';

/** Options of every kind of schedule. */
export interface ScheduleOptions {
  /**
   * Computes the factors again from the matrix at every n-th update after the first, as long as alpha was above 0. The factors lose what
   * they learned in between. Default: they are computed once.
   */
  readonly refactorEvery?: number;
  /** Delays each layer by its own number of steps. Default: all layers update at the same steps. */
  readonly stagger?: StaggerOptions;
}

/** When updates are due, and how alpha falls. A pure function of its arguments. */
export interface ScheduleRule<O> {
  /** The options with their defaults. Calling the kind with these options gives an equal schedule. */
  readonly options: JsonObject;
  /** Step at which alpha reaches 0 if the schedule is called at every step; `undefined` if alpha never reaches 0. */
  readonly zeroStep: number | undefined;
  /** Warnings about these options. */
  readonly warnings: readonly string[];
  /** True if an update is due at this step. */
  isDue(step: number, state: ScheduleState): boolean;
  /** Alpha after `state.updates` updates, at least 1. */
  alpha(state: ScheduleState): number;
  /** The changed options of a schedule that runs this many steps later. */
  delayed(steps: number): Partial<O>;
}

/** An author's definition of a kind of schedule. */
export interface ScheduleDefinition<O extends ScheduleOptions> {
  /** Name in the configuration: `'linear'`, or `'acme/plateau'` outside the project. */
  readonly kind: string;
  /** Name of the function that users call, for errors. Default: the kind. */
  readonly name?: string;
  /** Names of the kind's own options, without {@link ScheduleOptions}. */
  readonly optionNames: readonly Exclude<keyof O & string, keyof ScheduleOptions>[];
  /** Checks the options and returns the rule. */
  create(options: O): ScheduleRule<O>;
}

/** A kind of schedule. Call it with options to get a schedule. */
export interface ScheduleFactory<O = never> {
  (options: O): CompressionSchedule;
  /** Name in the configuration. */
  readonly kind: string;
}

/**
 * Makes a kind of schedule from its rule; adds the checks, the {@link ScheduleOptions} and the state that all kinds share.
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

/** Refuses anything but a state, because its numbers may come from a file. */
function assertState(where: string, state: ScheduleState): void {
  assertType(where, 'state', state, 'object', 'Begin with initialScheduleState.');
  assertNumber(where, 'state.updates', state.updates, { min: 0, integer: true });
  assertNumber(where, 'state.lastUpdateStep', state.lastUpdateStep, { min: -1, integer: true });
}

/** Checks alpha, because a third party's rule may give any number. */
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
