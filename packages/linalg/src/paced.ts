import { type ProgressOptions, reportProgress } from '@gcompress/core';
import { assertKernels, assertListeners } from './arguments.ts';
import type { Kernels } from './kernels/kernels.ts';
import { pacedKernels } from './kernels/paced-kernels.ts';

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
  return listened(where, progress, expected, (onWork) => run(onWork ? pacedKernels(kernels, onWork) : kernels));
}

/**
 * Runs an algorithm that tells its work itself: it is given the function to call, if anyone listens.
 *
 * @throws GCompressError for listeners of another type; the signal's reason when aborted.
 */
export function listened<T>(
  where: string,
  progress: ProgressOptions,
  expected: number,
  run: (onWork: ((work: number) => void) | undefined) => T,
): T {
  assertListeners(where, progress);
  if (!progress.signal && !progress.onProgress) return run(undefined);
  reportProgress(progress, 0);
  const result = run(meter(progress, expected));
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
