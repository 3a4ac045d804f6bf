// Runs an algorithm so that it reports progress and ends when it is aborted.

import type { Kernels } from '@gcompress/core';
import { type ProgressOptions, reportProgress } from '@gcompress/core';
import { pacedKernels } from '../kernels/paced-kernels.ts';
import { assertKernels, assertListeners } from './arguments.ts';

/** Multiply-adds between two reports; a slow machine takes some 20 ms for them. */
const REPORT_EVERY = 2 ** 22;
/** Part of the expected work from which on the rest is told ever more slowly, as it may be more than was expected. */
const CAUTIOUS = 0.9;

/**
 * Runs an algorithm with kernels that report after each piece of work, and stop between two pieces, if anyone listens.
 *
 * @param expected multiply-adds that the algorithm will take, roughly.
 * @throws GCompressError for kernels or listeners of another type; the signal's reason when aborted.
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

/** Counts multiply-adds, and reports every now and then what part of those expected is done. */
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
