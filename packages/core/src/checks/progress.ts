// Progress and abort inside a compression: what an algorithm calls between two pieces of work.

import { assertType } from './option-checks.ts';

/** How a call that takes long reports its progress and can be ended. */
export interface ProgressOptions {
  /** Ends the work between two iterations; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the part that is done, from 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/**
 * Call it between two pieces of work, at least every 200 ms: ends the work when it was aborted, and tells what part is done.
 * The signal is asked after the call as well, so that a caller may abort from `onProgress`.
 *
 * @param done part of the work that is done, from 0 to 1.
 * @throws the signal's reason when it is aborted.
 */
export function reportProgress(options: ProgressOptions, done: number): void {
  assertType('reportProgress', 'options', options, 'object');
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  onProgress?.(Math.min(1, Math.max(0, done)));
  signal?.throwIfAborted();
}

/** The same listeners for a piece of the work: its 0 to 1 is told as `from` to `to` of the whole. */
export function partialProgress(options: ProgressOptions, from: number, to: number): ProgressOptions {
  assertType('partialProgress', 'options', options, 'object');
  const { signal, onProgress } = options;
  return { signal, onProgress: onProgress && ((done) => onProgress(from + done * (to - from))) };
}

/** Tells an inner loop's progress: `operations` since the last call, and the part that is done, from 0 to 1. */
export type Pace = (operations: number, done: number) => void;

/** Operations between two reports: about a millisecond of arithmetic, so that a slow machine stays below 200 ms too. */
const OPERATIONS = 2 ** 20;

/**
 * {@link reportProgress} for inner loops, which would call it too often: it is only called when enough operations came together.
 *
 * @returns what the loop calls, with the multiplications or visits that it made; it throws the signal's reason.
 */
export function pacedProgress(options: ProgressOptions): Pace {
  let spent = 0;
  return (operations, done) => {
    spent += operations;
    if (spent < OPERATIONS) return;
    spent = 0;
    reportProgress(options, done);
  };
}
