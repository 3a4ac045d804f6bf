// How jobs, results and failures are stored in BullMQ.

import type { JsonObject } from '@gcompress/core';
import type { Job as StoredJob } from 'bullmq';
import type { Job } from '../jobs/job.ts';
import type { Completion, EndedJob, JobFailure } from '../jobs/job-queue.ts';

/** Data of a job in BullMQ. */
export interface StoredData {
  readonly configuration: JsonObject;
}

/** A job as BullMQ has it. */
export type Stored = StoredJob<StoredData, Completion, string>;

/** Ids of BullMQ may not look like integers. */
const PREFIX = 'job-';

export function storedId(id: string): string {
  return PREFIX + id;
}

export function jobOf(stored: Stored): Job {
  return { id: String(stored.id).slice(PREFIX.length), configuration: stored.data.configuration };
}

/** The text that stands for a failure as the reason that BullMQ keeps. */
export function storedFailure(failure: JobFailure): string {
  return JSON.stringify(failure);
}

/** A job that is in the list of completed or failed ones. */
export function endedJob(stored: Stored, status: EndedJob['status']): EndedJob {
  const attempt = Math.max(1, stored.attemptsMade + stored.stalledCounter);
  const job = { ...jobOf(stored), attempt };
  if (status === 'done') return { ...job, status, ...stored.returnvalue };
  return { ...job, status, failure: failureOf(stored.failedReason) };
}

/** BullMQ itself may have ended the job, with a reason of its own. */
function failureOf(reason: string): JobFailure {
  try {
    const { message, code } = JSON.parse(reason);
    if (typeof message === 'string') return typeof code === 'string' ? { message, code } : { message };
  } catch {
    // The text is the reason
  }
  return { message: reason };
}
