// Options that say which units are removed, and their checks.
import { GCompressError, type InputMoments } from '@gcompress/core';
import { assertInputMoments, assertNumber, assertType, describeValue, exactlyOneOption } from '@gcompress/core/checks';
import type { Analysis, OwnGroup } from '../analysis/unit-groups.ts';

/** Which units of a model are removed. Exactly one of `keep`, `ratio` and `removed` is given. */
export interface UnitChoice {
  /**
   * What stays: a fraction of each group above 0 and at most 1, rounded up; or numbers of units by the name of a group or of one of its layers,
   * where groups that are not named keep all.
   */
  readonly keep?: number | Readonly<Record<string, number>>;
  /**
   * How many times fewer weights the model has, at least 1. Units that contribute least for each weight that goes with them are removed first,
   * over all groups.
   */
  readonly ratio?: number;
  /** The units to remove, by the name of their group: numbers from 0, as `removed` of a training with gates has them. */
  readonly removed?: Readonly<Record<string, readonly number[]>>;
  /**
   * Importance of each unit by the name of a group or of one of its layers, at least 0. A `ratio` compares each with the sum of its group.
   * Default: from `inputMoments` where they were observed, from the norms of weights otherwise.
   */
  readonly importance?: ReadonlyMap<string, ArrayLike<number>>;
  /** Second moments of the inputs of weights, by name: `moments` of `calibrate` of `@gcompress/calibration`. */
  readonly inputMoments?: ReadonlyMap<string, InputMoments>;
}

/** Names of the options of {@link UnitChoice}. */
export const CHOICE_OPTIONS = ['keep', 'ratio', 'removed', 'importance', 'inputMoments'] as const;

/** A checked choice: names are groups of the model. */
export interface CheckedChoice {
  readonly kept: ReadonlyMap<string, number> | undefined;
  readonly ratio: number | undefined;
  readonly removed: ReadonlyMap<string, ReadonlySet<number>> | undefined;
  readonly importance: ReadonlyMap<string, ArrayLike<number>>;
  readonly inputMoments: ReadonlyMap<string, InputMoments>;
}

/**
 * The choice, checked against the groups of a model.
 *
 * @throws GCompressError `invalid-option`; `unsupported` when no unit of the model can be removed; `shape-mismatch` for moments or an importance of
 *   another number of units.
 */
export function checkedChoice(where: string, choice: UnitChoice, analysis: Analysis): CheckedChoice {
  const { keep, ratio, removed, importance = new Map(), inputMoments = new Map() } = choice;
  exactlyOneOption(where, choice, ['keep', 'ratio', 'removed']);
  assertRemovable(where, analysis);
  if (ratio !== undefined) assertNumber(where, 'ratio', ratio, { min: 1 });
  return {
    kept: keep === undefined ? undefined : keptOf(where, keep, analysis),
    ratio,
    removed: removed === undefined ? undefined : removedOf(where, removed, analysis),
    importance: importanceOf(where, importance, analysis),
    inputMoments: checkedMoments(where, inputMoments),
  };
}

function assertRemovable(where: string, { groups, leftAlone }: Analysis): void {
  if (groups.length > 0) return;
  const reasons = leftAlone.map(({ layer, reason }) => `${layer} (${reason})`);
  throw new GCompressError('unsupported', {
    where,
    expected: 'a model with units that can be removed',
    actual: reasons.length > 0 ? `one whose layers have to stay: ${reasons.join(', ')}` : 'one without any',
  });
}

function keptOf(where: string, keep: unknown, analysis: Analysis): Map<string, number> {
  if (typeof keep === 'number') {
    assertNumber(where, 'keep', keep, { above: 0, max: 1 });
    return new Map(analysis.groups.map(({ name, units }) => [name, Math.ceil(keep * units)]));
  }
  assertType(where, 'keep', keep, 'object', 'Pass a fraction, or numbers of units by layer.');
  return new Map(
    Object.entries(keep).map(([name, count]) => {
      const group = groupOf(`${where} keep`, name, analysis);
      assertNumber(`${where} keep`, `'${name}'`, count, { min: 1, max: group.units, integer: true });
      return [group.name, count];
    }),
  );
}

function removedOf(where: string, removed: unknown, analysis: Analysis): Map<string, ReadonlySet<number>> {
  assertType(where, 'removed', removed, 'object', 'Pass lists of units by group.');
  return new Map(
    Object.entries(removed).map(([name, list]: [string, unknown]) => {
      const group = groupOf(`${where} removed`, name, analysis);
      if (!Array.isArray(list)) throw wrong(`${where} removed '${name}'`, 'a list of units', describeValue(list));
      for (const unit of list) {
        assertNumber(`${where} removed`, `'${name}'`, unit, { min: 0, max: group.units - 1, integer: true });
      }
      const units = new Set<number>(list);
      if (units.size === group.units)
        throw wrong(`${where} removed '${name}'`, 'at least one unit to stay', 'all units');
      return [group.name, units];
    }),
  );
}

function importanceOf(where: string, importance: unknown, analysis: Analysis): Map<string, ArrayLike<number>> {
  const entries = entriesOf(where, 'importance', importance, 'lists of numbers');
  return new Map(
    entries.map(([name, list]) => {
      const group = groupOf(`${where} importance`, name, analysis);
      const values =
        Array.isArray(list) || ArrayBuffer.isView(list) ? Array.from(list as unknown as number[]) : undefined;
      if (!values) throw wrong(`${where} importance '${name}'`, 'a list of numbers', describeValue(list));
      if (values.length !== group.units) {
        throw wrong(`${where} importance '${name}'`, `${group.units} values`, `${values.length}`, 'shape-mismatch');
      }
      for (const value of values) assertNumber(`${where} importance`, `'${name}'`, value, { min: 0 });
      return [group.name, values];
    }),
  );
}

function checkedMoments(where: string, moments: unknown): ReadonlyMap<string, InputMoments> {
  for (const [name, value] of entriesOf(where, 'inputMoments', moments, 'moments')) {
    const { size } = (value ?? {}) as Partial<InputMoments>;
    assertNumber(`${where} inputMoments`, `size of '${name}'`, size, { min: 1, integer: true });
    assertInputMoments(`${where} inputMoments '${name}'`, value as InputMoments, size);
  }
  return moments as ReadonlyMap<string, InputMoments>;
}

function entriesOf(where: string, option: string, map: unknown, values: string): [string, unknown][] {
  if (map instanceof Map) return [...map].map(([name, value]) => [String(name), value]);
  throw wrong(`${where} ${option}`, `a map from names to ${values}`, describeValue(map));
}

/** A group by its name or by the name of one of its layers. */
function groupOf(where: string, name: string, { groups, leftAlone }: Analysis): OwnGroup {
  const named = groups.find((group) => group.name === name);
  if (named) return named;
  const around = groups.filter(({ layers }) => layers.includes(name));
  if (around.length === 1) return around[0];
  const known = `one of the groups ${groups.map((group) => `'${group.name}'`).join(', ')}`;
  if (around.length > 1) throw wrong(where, known, `'${name}', a layer of ${around.length} groups`);
  const alone = leftAlone.find(({ layer }) => layer === name);
  throw wrong(where, known, alone ? `'${name}', which is left alone: ${alone.reason}` : `'${name}'`);
}

function wrong(where: string, expected: string, actual: string, code = 'invalid-option'): GCompressError {
  return new GCompressError(code, { where, expected, actual });
}
