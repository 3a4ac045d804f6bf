// gcompress sweep: runs a search over configurations in worker processes.
import { resolve } from 'node:path';
import { isGCompressError } from '@gcompress/core';
import {
  type DoneJob,
  type FailedJob,
  folderQueue,
  type JobQueue,
  paretoFront,
  rankResults,
  runSweep,
  runWorkers,
  successiveHalving,
} from '@gcompress/sweep';
import { withProgress } from '../output/progress.ts';
import { printReport, type ReportForm } from '../output/report.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import { inputError } from '../process/refusals.ts';
import { withStopSignal } from '../process/stop-signal.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { type FoundSweep, readDefinition } from '../sweeps/read-definition.ts';
import { type Row, sweepTable } from '../sweeps/sweep-table.ts';

/** Options of `gcompress sweep`. */
export interface SweepVerbOptions extends ReportForm {
  readonly workers?: number;
  readonly folder?: string;
  readonly redis?: string;
  readonly join?: boolean;
  readonly retryFailed?: boolean;
}

/** Runs a sweep and prints its results, or works on one that another process runs. */
export async function sweep(config: string, options: SweepVerbOptions, surroundings: Surroundings): Promise<ExitCode> {
  const definition = await readDefinition(config, surroundings.cwd);
  try {
    const queue = await openQueue(definition, options, surroundings);
    try {
      return await withStopSignal(
        (signal) => work(queue, definition, options, surroundings, signal),
        () => surroundings.stderr.write('stopped; the same command goes on where the sweep stopped\n'),
      );
    } finally {
      await queue.close();
    }
  } catch (error) {
    // A job module or a Redis that cannot be used is an input that cannot
    if (!isGCompressError(error) || !error.code.startsWith('sweep/')) throw error;
    const { where, expected, actual, hint } = error.details;
    throw inputError(where, expected, actual, hint);
  }
}

async function openQueue(
  { name }: FoundSweep,
  { folder, redis }: SweepVerbOptions,
  { cwd, stderr }: Surroundings,
): Promise<JobQueue> {
  if (redis === undefined) return folderQueue(resolve(cwd, folder ?? `${name}-sweep`));
  const { redisQueue } = await import('@gcompress/sweep/redis');
  return redisQueue({ url: redis, name, onNotice: (notice) => stderr.write(`${notice}\n`) });
}

async function work(
  queue: JobQueue,
  definition: FoundSweep,
  { workers, join, retryFailed = false, ...form }: SweepVerbOptions,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { job, configurations, halving, metric, goal } = definition;
  const shared = { job, signal, ...(workers !== undefined && { workers }) };
  if (join) {
    await runWorkers(queue, shared);
    return EXIT.done;
  }
  const rungs = await withProgress('running jobs', surroundings, async (onProgress) => {
    const options = { ...shared, configurations, retryFailed, onProgress };
    if (halving === undefined || metric === undefined) return [await runSweep(queue, options)];
    return successiveHalving(queue, { ...options, budget: halving, metric, goal });
  });
  const failures = rungs.flatMap((rung) => rung.failures);
  const rows = rowsOf(rungs, definition);
  printReport(
    {
      data: { results: rows, failures: failures.map(({ configuration, failure }) => ({ configuration, ...failure })) },
      ...(rows.length > 0 && { table: sweepTable(rows) }),
      outro: [
        ...failures.map(failed),
        `${counted(rows.length, 'result')}${failures.length > 0 ? `, ${counted(failures.length, 'failed job')}` : ''}`,
      ],
    },
    form,
    surroundings,
  );
  return failures.length === 0 ? EXIT.done : EXIT.failed;
}

/** The results, the largest budget and the best first; those of the largest budget say whether they are on the Pareto front. */
function rowsOf(rungs: readonly { readonly results: readonly DoneJob[] }[], { metric, goal, size }: FoundSweep): Row[] {
  const ranked = rungs.map(({ results }) => (metric === undefined ? results : rankResults(results, metric, goal)));
  const last = ranked[ranked.length - 1];
  const front =
    metric === undefined || size === undefined
      ? undefined
      : new Set(paretoFront(last, { [size]: 'min', [metric]: goal }));
  return ranked.reverse().flatMap((results) =>
    results.map((job) => ({
      configuration: job.configuration,
      result: job.result,
      milliseconds: job.milliseconds,
      ...(front && results === last && { front: front.has(job) }),
    })),
  );
}

function failed({ configuration, failure }: FailedJob): string {
  return `${JSON.stringify(configuration)}: ${failure.message}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
