// Successive halving: many configurations with a small budget, the best of them with more.
import { GCompressError, type JsonObject, partialProgress } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertOneOf, assertType } from '@gcompress/core/checks';
import { createJobs } from '../jobs/job.ts';
import type { DoneJob, FailedJob, JobQueue } from '../jobs/job-queue.ts';
import { type Goal, rankResults } from '../results/rank-results.ts';
import type { RunSweepOptions } from './run-sweep.ts';
import { withSession } from './session.ts';
import { outcomeOf, SWEEP_OPTIONS } from './sweep-options.ts';

/** What a job may spend, such as epochs or steps: the key of the configuration, and its values from rung to rung. */
export interface HalvingBudget {
  /** Key that each rung adds to the configurations, such as `epochs`. */
  readonly name: string;
  /** Budget of the first rung. */
  readonly from: number;
  /** Most budget of a job. */
  readonly to: number;
  /** How many times more budget the next rung has, and how many times fewer configurations. Default 3. */
  readonly factor?: number;
}

/** Options of {@link successiveHalving}. */
export interface HalvingOptions extends RunSweepOptions {
  readonly budget: HalvingBudget;
  /** Number in the results by which the best are chosen. */
  readonly metric: string;
  /** Whether a small or a large value of the metric is good. Default `min`. */
  readonly goal?: Goal;
}

/** One rung: jobs with the same budget. */
export interface Rung {
  readonly budget: number;
  /** The best first. */
  readonly results: readonly DoneJob[];
  readonly failures: readonly FailedJob[];
}

/**
 * Runs all configurations with the smallest budget, the best of them with `factor` times more, and so on. Jobs are pure functions, so each rung starts
 * its jobs anew. Failed jobs drop out. Equal metrics count in the order of the configurations.
 *
 * Source: Jamieson and Talwalkar, Non-stochastic Best Arm Identification and Hyperparameter Optimization, AISTATS 2016.
 *
 * @returns the rungs, the smallest budget first.
 * @throws what `runSweep` throws; GCompressError `invalid-option` as well if a result lacks the metric.
 */
export async function successiveHalving(queue: JobQueue, options: HalvingOptions): Promise<Rung[]> {
  const where = 'successiveHalving';
  assertKnownOptions(where, options, [...SWEEP_OPTIONS, 'configurations', 'budget', 'metric', 'goal']);
  const { configurations, budget, metric, goal = 'min', onProgress } = options;
  assertType(where, 'metric', metric, 'string');
  assertOneOf(where, 'goal', goal, ['min', 'max']);
  createJobs(`${where} configurations`, configurations);
  const plan = planRungs(configurations.length, budget);
  assertWithout(configurations, budget.name);
  // The budget is a fair guess of the time that a job takes
  const total = plan.reduce((sum, rung) => sum + rung.count * rung.budget, 0);
  return withSession(where, queue, options, async ({ run }) => {
    const rungs: Rung[] = [];
    let remaining = configurations;
    let before = 0;
    for (const { budget: value, count } of plan) {
      const share = count * value;
      const part = partialProgress({ onProgress }, before / total, (before + share) / total);
      const { results, failures } = outcomeOf(
        await run(
          remaining.slice(0, count).map((each) => ({ ...each, [budget.name]: value })),
          part.onProgress,
        ),
      );
      const ranked = rankResults(results, metric, goal);
      rungs.push({ budget: value, results: ranked, failures });
      remaining = ranked.map(({ configuration }) => without(configuration, budget.name));
      before += share;
      if (remaining.length === 0) break;
    }
    return rungs;
  });
}

/** Budgets and numbers of jobs of the rungs. */
export function planRungs(count: number, budget: HalvingBudget): { readonly budget: number; readonly count: number }[] {
  const where = 'successiveHalving budget';
  assertKnownOptions(where, budget, ['name', 'from', 'to', 'factor']);
  const { name, from, to, factor = 3 } = budget;
  assertType(where, 'name', name, 'string');
  assertNumber(where, 'from', from, { above: 0 });
  assertNumber(where, 'to', to, { min: from });
  assertNumber(where, 'factor', factor, { above: 1 });
  const rungs = [{ budget: from, count }];
  while (rungs[rungs.length - 1].budget < to) {
    const last = rungs[rungs.length - 1];
    const exact = from * factor ** rungs.length;
    // Epochs and steps stay integers
    const next = Number.isInteger(from) ? Math.max(Math.round(exact), last.budget + 1) : exact;
    rungs.push({ budget: Math.min(to, next), count: Math.max(1, Math.floor(last.count / factor)) });
  }
  return rungs;
}

function assertWithout(configurations: readonly JsonObject[], name: string): void {
  const holder = configurations.find((each) => Object.hasOwn(Object(each), name));
  if (holder === undefined) return;
  throw new GCompressError('invalid-option', {
    where: 'successiveHalving configurations',
    expected: `configurations without '${name}', which the rungs set`,
    actual: JSON.stringify(holder),
  });
}

function without(configuration: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(configuration).filter(([key]) => key !== name));
}
