// Parameters of a search: lists of values, and ranges of numbers.
import { GCompressError, type JsonValue } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertOneOf, assertType, describeValue } from '@gcompress/core/checks';
import { assertJsonObject } from '../jobs/json.ts';

/** An interval of numbers. */
export interface ParameterRange {
  readonly from: number;
  /** Not below `from`. */
  readonly to: number;
  /** Whether values are evenly spread themselves or by their logarithms. Default `linear`. */
  readonly scale?: 'linear' | 'log';
  /** Whether values are rounded to integers. Default false. */
  readonly integer?: boolean;
  /** Number of values of a grid, both ends included; random searches ignore it. */
  readonly steps?: number;
}

/** By name: the values that a parameter may have, or the range of its values. */
export type Parameters = Readonly<Record<string, readonly JsonValue[] | ParameterRange>>;

/** @throws GCompressError `invalid-option`, `unknown-option`. */
export function assertParameters(where: string, parameters: unknown): asserts parameters is Parameters {
  assertType(where, 'parameters', parameters, 'object');
  const entries = Object.entries(parameters);
  if (entries.length === 0) throw refused(`${where} parameters`, 'at least one parameter', 'none');
  for (const [name, values] of entries) {
    const place = `${where} ${name}`;
    if (!Array.isArray(values)) assertRange(place, values);
    else if (values.length === 0) throw refused(place, 'at least one value', 'none');
    else assertJsonObject(place, { values });
  }
}

/** The number at a part of a range, from 0 to 1. Numbers have six digits, so that they are the same on every machine and read well. */
export function valueAt({ from, to, scale = 'linear', integer = false }: ParameterRange, part: number): number {
  const value = scale === 'log' ? from * (to / from) ** part : from + part * (to - from);
  return Math.min(to, Math.max(from, integer ? Math.round(value) : Number(value.toPrecision(6))));
}

export function isRange(values: Parameters[string]): values is ParameterRange {
  return !Array.isArray(values);
}

function assertRange(where: string, range: unknown): void {
  if (typeof range !== 'object' || range === null)
    throw refused(where, 'a list of values or a range', describeValue(range));
  assertKnownOptions(where, range, ['from', 'to', 'scale', 'integer', 'steps']);
  const { from, to, scale = 'linear', integer = false, steps } = range as Partial<ParameterRange>;
  assertOneOf(where, 'scale', scale, ['linear', 'log']);
  assertType(where, 'integer', integer, 'boolean');
  assertNumber(where, 'from', from, { integer, ...(scale === 'log' && { above: 0 }) });
  assertNumber(where, 'to', to, { min: from, integer });
  if (steps !== undefined) assertNumber(where, 'steps', steps, { min: 1, max: 10_000, integer: true });
}

/** The error for a search that cannot be made. */
export function refused(where: string, expected: string, actual: string): GCompressError {
  return new GCompressError('invalid-option', { where, expected, actual });
}
