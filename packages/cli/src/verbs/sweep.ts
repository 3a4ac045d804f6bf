// gcompress sweep: runs a search over configurations in worker processes.
import { resolve } from 'node:path';
import { isGCompressError } from '@gcompress/core';
import { type FailedJob, folderQueue, type JobQueue, runSweep, runWorkers, successiveHalving } from '@gcompress/sweep';
import { withProgress } from '../output/progress.ts';
import { printReport, type ReportForm } from '../output/report.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import { inputError } from '../process/refusals.ts';
import { withStopSignal } from '../process/stop-signal.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { liveResults } from '../sweeps/live-results.ts';
import { type FoundSweep, readDefinition } from '../sweeps/read-definition.ts';
import { rowsOf } from '../sweeps/sweep-rows.ts';
import { sweepTable } from '../sweeps/sweep-table.ts';

/** Options of `gcompress sweep`. */
export interface SweepVerbOptions extends ReportForm {
  readonly workers?: number;
  readonly folder?: string;
  readonly redis?: string;
  readonly join?: boolean;
  readonly retryFailed?: boolean;
  /** File that is written anew with each result. */
  readonly out?: string;
  readonly force?: boolean;
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
  { workers, join, retryFailed = false, out, force = false, ...form }: SweepVerbOptions,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { job, configurations, halving, metric, goal } = definition;
  const shared = { job, signal, ...(workers !== undefined && { workers }) };
  if (join) {
    await runWorkers(queue, shared);
    return EXIT.done;
  }
  const live = out === undefined ? undefined : await liveResults(out, definition, { cwd: surroundings.cwd, force });
  const onResult = live && { onResult: live.add };
  const rungs = await withProgress('running jobs', surroundings, async (onProgress) => {
    const options = { ...shared, configurations, retryFailed, onProgress, ...onResult };
    if (halving === undefined || metric === undefined) return [await runSweep(queue, options)];
    return successiveHalving(queue, { ...options, budget: halving, metric, goal });
  }).catch(async (error) => {
    // The first error counts
    await live?.finish(false).catch(() => {});
    throw error;
  });
  await live?.finish(true);
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

function failed({ configuration, failure }: FailedJob): string {
  return `${JSON.stringify(configuration)}: ${failure.message}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
