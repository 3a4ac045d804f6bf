// What a pool and its worker processes say to each other.
import type { JsonObject } from '@gcompress/core';
import type { JobFailure } from '../jobs/job-queue.ts';

/** From the pool to a worker process. */
export type ToWorker =
  | { readonly kind: 'load'; readonly job: string }
  | { readonly kind: 'run'; readonly configuration: JsonObject }
  | { readonly kind: 'abort' };

/** From a worker process to the pool. */
export type FromWorker =
  /** The job module is loaded. */
  | { readonly kind: 'ready' }
  /** The job module cannot be used. */
  | { readonly kind: 'unusable'; readonly message: string }
  /** The part of the job that is done, from 0 to 1. */
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'result'; readonly result: JsonObject; readonly milliseconds: number }
  | { readonly kind: 'failure'; readonly failure: JobFailure };
