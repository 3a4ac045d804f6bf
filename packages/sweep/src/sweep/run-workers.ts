// Works on a sweep that another process started.
import { assertKnownOptions, assertNumber } from '@gcompress/core/checks';
import type { JobQueue } from '../jobs/job-queue.ts';
import { assertQueue, WORKER_OPTIONS, type WorkerOptions, workerSettings } from '../workers/worker-options.ts';
import { WorkerPool } from '../workers/worker-pool.ts';

/** Options of {@link runWorkers}. */
export interface RunWorkersOptions extends WorkerOptions {
  /** Time in milliseconds without a job after which the workers end. Default: they work until they are aborted. */
  readonly idleMs?: number;
}

/** Time in milliseconds between two looks at the clock. */
const LOOK_EVERY = 100;

/**
 * Starts worker processes for a sweep that `runSweep` or `successiveHalving` runs elsewhere: on this machine or another one, through a shared folder or
 * Redis.
 *
 * @returns when no job came for `idleMs`.
 * @throws GCompressError `invalid-option`, `unknown-option`; `sweep/job-module` if the module cannot be used; the error of a queue that cannot be used.
 * The reason of the signal, after running jobs were handed back.
 */
export async function runWorkers(queue: JobQueue, options: RunWorkersOptions): Promise<void> {
  assertKnownOptions('runWorkers', options, [...WORKER_OPTIONS, 'idleMs']);
  assertQueue('runWorkers', queue);
  const settings = workerSettings('runWorkers', options);
  const { idleMs } = options;
  if (idleMs !== undefined) assertNumber('runWorkers', 'idleMs', idleMs, { min: 0 });
  const { signal } = settings;
  signal?.throwIfAborted();
  let clock: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  let pool: WorkerPool | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      onAbort = () => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort);
      const started = new WorkerPool(queue, settings, { onProgress: () => {}, onEnd: () => {}, onError: reject });
      pool = started;
      clock = setInterval(() => {
        if (idleMs !== undefined && started.idleMs > idleMs) resolve();
      }, LOOK_EVERY);
      started.start();
    });
  } finally {
    clearInterval(clock);
    signal?.removeEventListener('abort', onAbort);
    await pool?.stop();
  }
}
