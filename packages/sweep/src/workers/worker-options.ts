// Options for worker processes, and their checks.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GCompressError } from '@gcompress/core';
import { assertNumber, describeValue } from '@gcompress/core/checks';
import type { JobQueue } from '../jobs/job-queue.ts';

/** Which jobs run, and in how many processes. */
export interface WorkerOptions {
  /** Path or `file:` address of the job module, whose default export is a `JobFunction`. Relative paths start at the current folder. */
  readonly job: string | URL;
  /** Number of worker processes; 0 leaves all jobs to workers elsewhere. Default: one for each processor. */
  readonly workers?: number;
  /** Flags of Node for the worker processes, such as `['--import', 'tsx']`. Default: those of this process. */
  readonly execArgv?: readonly string[];
  /** Stops the work: running jobs are ended and handed back, and the reason of the signal is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** The names of {@link WorkerOptions}. */
export const WORKER_OPTIONS = ['job', 'workers', 'execArgv', 'signal'] as const;

/** Checked options, with their defaults. */
export interface WorkerSettings {
  /** Address of the job module. */
  readonly job: string;
  readonly workers: number;
  readonly execArgv: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** @throws GCompressError `invalid-option`. */
export function workerSettings(where: string, options: WorkerOptions): WorkerSettings {
  const { job, workers = availableParallelism(), execArgv = process.execArgv, signal } = options;
  assertNumber(where, 'workers', workers, { min: 0, max: 1024, integer: true });
  if (!Array.isArray(execArgv) || execArgv.some((flag) => typeof flag !== 'string')) {
    throw refused(`${where} execArgv`, 'an array of strings', execArgv);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw refused(`${where} signal`, 'an AbortSignal', signal);
  return { job: jobAddress(where, job), workers, execArgv, signal };
}

/** @throws GCompressError `invalid-option` for anything but an object with the methods of a queue. */
export function assertQueue(where: string, queue: unknown): asserts queue is JobQueue {
  const methods = ['add', 'claim', 'heartbeat', 'complete', 'fail', 'release', 'retry', 'ended', 'close'];
  const given = Object(queue) as Record<string, unknown>;
  if (methods.some((name) => typeof given[name] !== 'function')) {
    throw refused(`${where} queue`, 'a JobQueue, such as that of folderQueue', queue);
  }
}

function jobAddress(where: string, job: unknown): string {
  if (job instanceof URL && job.protocol === 'file:') return job.href;
  if (typeof job !== 'string' || job === '')
    throw refused(`${where} job`, 'the path of a module or its file: URL', job);
  return job.startsWith('file:') ? job : pathToFileURL(resolve(job)).href;
}

function refused(where: string, expected: string, actual: unknown): GCompressError {
  return new GCompressError('invalid-option', { where, expected, actual: describeValue(actual) });
}
