// Options and results of a sweep.
import type { DoneJob, EndedJob, FailedJob } from '../jobs/job-queue.ts';
import { WORKER_OPTIONS, type WorkerOptions } from '../workers/worker-options.ts';

/** What all kinds of sweeps take. */
export interface SweepOptions extends WorkerOptions {
  /** Runs jobs again that failed in an earlier run of this sweep. Default false. */
  readonly retryFailed?: boolean;
  /** Called with each job that ended, once; first with those that ended in an earlier run. */
  readonly onResult?: (job: EndedJob) => void;
  /** Called with the part of the sweep that is done, from 0 to 1, at least five times a second. */
  readonly onProgress?: (done: number) => void;
}

/** The names of {@link SweepOptions}. */
export const SWEEP_OPTIONS = [...WORKER_OPTIONS, 'retryFailed', 'onResult', 'onProgress'] as const;

/** The jobs of a sweep, each in the order of the configurations. */
export interface SweepOutcome {
  readonly results: readonly DoneJob[];
  readonly failures: readonly FailedJob[];
}

/** Divides jobs into those with and those without a result. */
export function outcomeOf(ended: readonly EndedJob[]): SweepOutcome {
  return {
    results: ended.filter((job) => job.status === 'done'),
    failures: ended.filter((job) => job.status === 'failed'),
  };
}
