// A sweep as data, such as the content of a JSON file.
import { GCompressError, type JsonObject } from '@gcompress/core';
import { assertKnownOptions, assertOneOf, assertType, exactlyOneOption } from '@gcompress/core/checks';
import { createJobs } from '../jobs/job.ts';
import type { Goal } from '../results/rank-results.ts';
import { grid } from '../search/grid.ts';
import type { Parameters } from '../search/parameters.ts';
import { type RandomSearchOptions, randomSearch } from '../search/random-search.ts';
import { type HalvingBudget, planRungs } from './successive-halving.ts';

/** What a sweep runs, and how its results are compared. */
export interface SweepDefinition {
  /** Path of the job module. */
  readonly job: string;
  /** Parameters of a grid, or of a random search. */
  readonly parameters?: Parameters;
  /** In the place of parameters: the configurations themselves. */
  readonly configurations?: readonly JsonObject[];
  /** Draws configurations at random; without it parameters make a grid. */
  readonly random?: RandomSearchOptions;
  /** Runs all configurations with a small budget and the best with more; needs a metric. */
  readonly halving?: HalvingBudget;
  /** Number in the results by which they are sorted. */
  readonly metric?: string;
  /** Default `min`. */
  readonly goal?: Goal;
  /** A second number, of which less is better, such as `bytes`: results that no other beats in both are marked. */
  readonly size?: string;
}

/** A checked {@link SweepDefinition} with its configurations. */
export interface ReadSweep extends Pick<SweepDefinition, 'job' | 'halving' | 'metric' | 'size'> {
  readonly configurations: readonly JsonObject[];
  readonly goal: Goal;
}

const KEYS = ['$schema', 'job', 'parameters', 'configurations', 'random', 'halving', 'metric', 'goal', 'size'];

/**
 * Checks a sweep that is written as data, and makes its configurations.
 *
 * @throws GCompressError `invalid-option`, `unknown-option`.
 */
export function readSweep(definition: SweepDefinition): ReadSweep {
  const where = 'sweep';
  assertKnownOptions(where, definition, KEYS);
  const { job, halving, metric, goal = 'min', size } = definition;
  assertType(where, 'job', job, 'string');
  for (const [name, value] of Object.entries({ metric, size })) {
    if (value !== undefined) assertType(where, name, value, 'string');
  }
  assertOneOf(where, 'goal', goal, ['min', 'max']);
  const configurations = configurationsOf(where, definition);
  if (halving !== undefined) planRungs(configurations.length, halving);
  const needsMetric = halving !== undefined ? 'halving' : size !== undefined ? 'size' : undefined;
  if (metric === undefined && needsMetric !== undefined) {
    const details = { where: `${where} metric`, expected: `a metric for '${needsMetric}'`, actual: 'none' };
    throw new GCompressError('invalid-option', details);
  }
  return {
    job,
    configurations,
    goal,
    ...(halving && { halving }),
    ...(metric !== undefined && { metric }),
    ...(size !== undefined && { size }),
  };
}

function configurationsOf(where: string, definition: SweepDefinition): readonly JsonObject[] {
  const { parameters, configurations, random } = definition;
  exactlyOneOption(where, { parameters, configurations }, ['parameters', 'configurations']);
  if (parameters !== undefined) return random === undefined ? grid(parameters) : randomSearch(parameters, random);
  if (random !== undefined) {
    const details = { where: `${where} random`, expected: 'parameters to draw from', actual: 'configurations' };
    throw new GCompressError('invalid-option', details);
  }
  return createJobs(`${where} configurations`, configurations ?? []).map(({ configuration }) => configuration);
}
