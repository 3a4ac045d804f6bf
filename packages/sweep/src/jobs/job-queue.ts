// The port between a sweep and where its jobs wait: a folder, Redis, or a queue of your own.
import type { JsonObject } from '@gcompress/core';
import type { Job } from './job.ts';

/** The right to run a job until it is lost: another worker may claim the job when no heartbeat came for `leaseMs`. */
export interface Claim {
  readonly job: Job;
  /** How often the job was started, this time included. A job that was handed back is not counted. */
  readonly attempt: number;
  /** Tells this claim from earlier and later ones of the same job; only the queue reads it. */
  readonly token: string;
}

/** The result of a job. */
export interface Completion {
  /** What the job function returned. */
  readonly result: JsonObject;
  /** Time that the job function took, in milliseconds. */
  readonly milliseconds: number;
  /** Name of the worker. */
  readonly worker: string;
}

/** Why a job has no result. */
export interface JobFailure {
  readonly message: string;
  /** The code of the error that the job threw, if it had one. */
  readonly code?: string;
}

/** A job with its result. */
export interface DoneJob extends Job, Completion {
  readonly status: 'done';
  readonly attempt: number;
}

/** A job that threw an error, or whose workers died too often. */
export interface FailedJob extends Job {
  readonly status: 'failed';
  readonly attempt: number;
  readonly failure: JobFailure;
}

/** A job that nobody will run again, unless a failed one is retried. */
export type EndedJob = DoneJob | FailedJob;

/**
 * Keeps jobs, and gives each to one worker at a time. Every method may be called from any number of processes. A job ends once: a result or a
 * failure counts only while its claim is held.
 */
export interface JobQueue {
  /** Time in milliseconds without a heartbeat after which a claim is lost. */
  readonly leaseMs: number;
  /** Adds jobs to the end of the queue. A job that is there already keeps its state and its result. */
  add(jobs: readonly Job[]): Promise<void>;
  /**
   * Claims the first job that waits or whose earlier claim was lost. Undefined if no job can be claimed now.
   *
   * @param worker name of the worker, for people who look into the queue.
   */
  claim(worker: string): Promise<Claim | undefined>;
  /** Keeps a claim for another `leaseMs`; false if it was lost. */
  heartbeat(claim: Claim): Promise<boolean>;
  /** Stores the result of a job for good; false if the claim was lost, and then nothing is stored. */
  complete(claim: Claim, completion: Completion): Promise<boolean>;
  /** Ends a job without a result; false if the claim was lost. */
  fail(claim: Claim, failure: JobFailure): Promise<boolean>;
  /**
   * Gives a job back, so that it waits again; false if the claim was lost.
   *
   * @param reason `stopped` does not count as an attempt, `died` does: a job whose workers die too often fails.
   */
  release(claim: Claim, reason: 'stopped' | 'died'): Promise<boolean>;
  /** Lets failed jobs wait again, with all their attempts; other jobs stay as they are. */
  retry(ids: readonly string[]): Promise<void>;
  /** All jobs that ended, each once, in the order in which they ended as far as that is known. */
  ended(): Promise<readonly EndedJob[]>;
  /** Lets go of files and connections. May be called again. */
  close(): Promise<void>;
}
