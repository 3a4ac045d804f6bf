// Runs an algorithm with progress reports and abort checks.

import type { Kernels } from '@gcompress/core';
import { type ProgressOptions, reportProgress } from '@gcompress/core';
import { pacedKernels } from '../kernels/paced-kernels.ts';
import { assertKernels, assertListeners } from './arguments.ts';

/** Multiply-adds between two reports, some 20 ms on a slow machine. */
const REPORT_EVERY = 2 ** 22;
/** Part of the expected work after which reported progress slows down, because the work may exceed the estimate. */
const CAUTIOUS = 0.9;

/**
 * Runs an algorithm. With a listener or a signal, its kernels report progress after each piece of work and stop between pieces when aborted.
 *
 * @param expected approximate multiply-adds of the algorithm.
 * @throws GCompressError for invalid kernels or listeners; the signal's reason when aborted.
 */
export function paced<T>(
  where: string,
  kernels: Kernels,
  progress: ProgressOptions,
  expected: number,
  run: (kernels: Kernels) => T,
): T {
  assertKernels(where, kernels);
  assertListeners(where, progress);
  if (!progress.signal && !progress.onProgress) return run(kernels);
  reportProgress(progress, 0);
  const result = run(pacedKernels(kernels, meter(progress, expected)));
  reportProgress(progress, 1);
  return result;
}

/** Counts multiply-adds and reports the finished part of the expected work, at intervals. */
function meter(progress: ProgressOptions, expected: number): (work: number) => void {
  let done = 0;
  let reported = 0;
  return (work) => {
    done += work;
    if (done - reported < REPORT_EVERY) return;
    reported = done;
    const part = done / Math.max(1, expected);
    reportProgress(progress, part < CAUTIOUS ? part : 1 - ((1 - CAUTIOUS) * CAUTIOUS) / part);
  };
}
