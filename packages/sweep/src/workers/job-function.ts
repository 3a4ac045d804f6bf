// The function that a job module exports.
import type { JsonObject } from '@gcompress/core';

/** What a job gets beside its configuration. */
export interface JobContext {
  /** Aborted when the sweep is stopped. A job that goes on for more than 100 ms is ended with its process. */
  readonly signal: AbortSignal;
  /** Reports the part of the job that is done, from 0 to 1. */
  readonly onProgress: (done: number) => void;
}

/**
 * The default export of a job module. It is a pure function of its configuration: randomness comes from a seed in the configuration. The result is an
 * object of JSON values; numbers in it can serve as metrics. It runs in a process of its own, one job after the other.
 */
export type JobFunction<C extends JsonObject = JsonObject, R extends JsonObject = JsonObject> = (
  configuration: C,
  context: JobContext,
) => R | Promise<R>;
