// A grid: all combinations of the values of parameters.
import type { JsonObject, JsonValue } from '@gcompress/core';
import { assertParameters, isRange, type ParameterRange, type Parameters, refused, valueAt } from './parameters.ts';

/** Most configurations of one grid. */
const MOST = 1_000_000;

/**
 * All combinations of values; the last parameter changes first. A range needs `steps`, or `integer` for every integer in it.
 *
 * @throws GCompressError `invalid-option`, `unknown-option`.
 */
export function grid(parameters: Parameters): JsonObject[] {
  assertParameters('grid', parameters);
  const axes = Object.entries(parameters).map(
    ([name, values]) => [name, isRange(values) ? valuesOf(`grid ${name}`, values) : values] as const,
  );
  const count = axes.reduce((product, [, values]) => product * values.length, 1);
  if (count > MOST) throw refused('grid', `at most ${MOST} configurations`, String(count));
  return axes.reduce<JsonObject[]>(
    (configurations, [name, values]) =>
      configurations.flatMap((configuration) => values.map((value) => ({ ...configuration, [name]: value }))),
    [{}],
  );
}

function valuesOf(where: string, range: ParameterRange): readonly JsonValue[] {
  const { from, to, integer = false, scale } = range;
  const steps = range.steps ?? (integer && scale !== 'log' ? to - from + 1 : undefined);
  if (steps === undefined) throw refused(where, 'a range with steps', 'a range without');
  if (steps > MOST) throw refused(where, `at most ${MOST} values`, String(steps));
  const values = Array.from({ length: steps }, (_, i) => valueAt(range, steps === 1 ? 0 : i / (steps - 1)));
  // Rounding may make neighbours equal
  return [...new Set(values)];
}
