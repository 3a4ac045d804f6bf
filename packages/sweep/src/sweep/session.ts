// Runs configurations to their ends with one pool of workers; several calls keep the processes.
import type { JsonObject } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';
import { createJobs, type Job } from '../jobs/job.ts';
import type { EndedJob, JobQueue } from '../jobs/job-queue.ts';
import { Bell } from '../workers/bell.ts';
import { assertQueue, workerSettings } from '../workers/worker-options.ts';
import { WorkerPool } from '../workers/worker-pool.ts';
import type { SweepOptions } from './sweep-options.ts';

/** Longest time in milliseconds between two looks into the queue, and two reports of progress. */
const LOOK_EVERY = 200;

/** A sweep at work. */
export interface Session {
  /** Runs configurations; the result has their jobs, each once and in order. */
  run(configurations: readonly JsonObject[], onProgress?: (done: number) => void): Promise<EndedJob[]>;
}

/**
 * Gives a session to `work`, and ends its processes afterwards.
 *
 * @throws the error of the queue or the job module, or the reason of the signal, after running jobs were handed back.
 */
export async function withSession<T>(
  where: string,
  queue: JobQueue,
  options: SweepOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  assertQueue(where, queue);
  const settings = workerSettings(where, options);
  const { retryFailed = false, onResult, onProgress } = options;
  assertType(where, 'retryFailed', retryFailed, 'boolean');
  if (onResult !== undefined) assertType(where, 'onResult', onResult, 'function');
  if (onProgress !== undefined) assertType(where, 'onProgress', onProgress, 'function');
  const { signal } = settings;
  signal?.throwIfAborted();

  const bell = new Bell();
  const partly = new Map<string, number>();
  let fail: (reason: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // It is raced below; it may also settle when nothing is awaited
  failed.catch(() => {});
  const onAbort = () => fail(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  const pool = new WorkerPool(queue, settings, {
    onProgress: (id, done) => partly.set(id, done),
    onEnd: () => bell.ring(),
    onError: fail,
  });

  const run = async (configurations: readonly JsonObject[], progress?: (done: number) => void) => {
    const jobs = createJobs(`${where} configurations`, configurations);
    await queue.add(jobs);
    if (retryFailed) await queue.retry(await failedOf(queue, jobs));
    const wanted = new Set(jobs.map(({ id }) => id));
    const found = new Map<string, EndedJob>();
    for (;;) {
      for (const ended of await queue.ended()) {
        if (!wanted.has(ended.id) || found.has(ended.id)) continue;
        found.set(ended.id, ended);
        onResult?.(ended);
      }
      const running = jobs.filter(({ id }) => !found.has(id)).reduce((sum, { id }) => sum + (partly.get(id) ?? 0), 0);
      progress?.(jobs.length === 0 ? 1 : (found.size + running) / jobs.length);
      if (found.size === jobs.length) return jobs.map(({ id }) => found.get(id) as EndedJob);
      pool.start();
      await Promise.race([bell.wait(LOOK_EVERY), failed]);
    }
  };
  try {
    // Also while the queue is away
    return await Promise.race([work({ run }), failed]);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await pool.stop();
  }
}

async function failedOf(queue: JobQueue, jobs: readonly Job[]): Promise<string[]> {
  const own = new Set(jobs.map(({ id }) => id));
  const ended = await queue.ended();
  return ended.filter(({ id, status }) => status === 'failed' && own.has(id)).map(({ id }) => id);
}
