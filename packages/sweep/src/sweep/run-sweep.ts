// Runs a list of configurations.
import type { JsonObject } from '@gcompress/core';
import { assertKnownOptions } from '@gcompress/core/checks';
import type { JobQueue } from '../jobs/job-queue.ts';
import { withSession } from './session.ts';
import { outcomeOf, SWEEP_OPTIONS, type SweepOptions, type SweepOutcome } from './sweep-options.ts';

/** Options of {@link runSweep}. */
export interface RunSweepOptions extends SweepOptions {
  /** The configurations, such as those of `grid` or `randomSearch`. Equal ones run once. */
  readonly configurations: readonly JsonObject[];
}

/**
 * Runs a job for each configuration, in worker processes here and wherever others work on the same queue, and waits for all results. Results that
 * the queue has already are not computed again, so that a stopped sweep goes on where it stopped. A job that throws fails without ending the sweep;
 * a job whose process dies is started again.
 *
 * @throws GCompressError `invalid-option`, `unknown-option`; `sweep/job-module` if the module cannot be used; the error of a queue that cannot be
 * used. The reason of the signal, within 200 ms plus the time that the queue needs to take running jobs back, at most a second.
 */
export async function runSweep(queue: JobQueue, options: RunSweepOptions): Promise<SweepOutcome> {
  assertKnownOptions('runSweep', options, [...SWEEP_OPTIONS, 'configurations']);
  const { configurations, onProgress } = options;
  return withSession('runSweep', queue, options, async ({ run }) => outcomeOf(await run(configurations, onProgress)));
}
