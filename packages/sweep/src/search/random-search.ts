// A random search: configurations drawn from the values of parameters.
import { createRandom, type JsonObject, type JsonValue, type Random } from '@gcompress/core';
import { assertKnownOptions, assertNumber } from '@gcompress/core/checks';
import { createJob } from '../jobs/job.ts';
import { assertParameters, isRange, type Parameters, refused, valueAt } from './parameters.ts';

/** Options of {@link randomSearch}. */
export interface RandomSearchOptions {
  /** Number of configurations. */
  readonly count: number;
  /** An integer from 0 to 2³² − 1: the same seed draws the same configurations. */
  readonly seed: number;
}

/** Draws in a row that may give nothing new before the values count as used up. */
const PATIENCE = 1_000;

/**
 * Draws different configurations: each parameter on its own, uniformly from its list or its range. A larger `count` with the same seed continues the
 * list, so that a sweep can be extended.
 *
 * @throws GCompressError `invalid-option`, `unknown-option`, also if there are not so many different configurations.
 */
export function randomSearch(parameters: Parameters, options: RandomSearchOptions): JsonObject[] {
  assertParameters('randomSearch', parameters);
  assertKnownOptions('randomSearch', options, ['count', 'seed']);
  const { count, seed } = options;
  assertNumber('randomSearch', 'count', count, { min: 1, max: 1_000_000, integer: true });
  const random = createRandom(seed);
  const drawn = new Map<string, JsonObject>();
  for (let failures = 0; drawn.size < count; ) {
    const configuration = draw(parameters, random);
    const { id } = createJob(configuration);
    failures = drawn.has(id) ? failures + 1 : 0;
    if (failures > PATIENCE) {
      throw refused('randomSearch count', `at most the ${drawn.size} configurations that there are`, String(count));
    }
    drawn.set(id, configuration);
  }
  return [...drawn.values()];
}

function draw(parameters: Parameters, random: Random): JsonObject {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, values]): [string, JsonValue] => {
      if (!isRange(values)) return [name, values[random.integer(values.length)]];
      const { from, to, integer, scale } = values;
      // Rounding would draw both ends half as often
      if (integer && scale !== 'log') return [name, from + random.integer(to - from + 1)];
      return [name, valueAt(values, random.uniform())];
    }),
  );
}
