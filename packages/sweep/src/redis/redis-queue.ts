// Redis as the queue of a sweep, through BullMQ: for workers on any number of machines.
import { randomUUID } from 'node:crypto';
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType } from '@gcompress/core/checks';
import type { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Job } from '../jobs/job.ts';
import type { Claim, Completion, EndedJob, JobFailure, JobQueue } from '../jobs/job-queue.ts';
import { EndedJobs } from './ended-jobs.ts';
import { loadLibraries } from './load-libraries.ts';
import { Patience } from './patience.ts';
import { jobOf, type Stored, type StoredData, storedFailure, storedId } from './stored-job.ts';

/** Options of {@link redisQueue}. */
export interface RedisQueueOptions {
  /** Address, such as `redis://localhost:6379`. */
  readonly url: string;
  /** Name of the sweep: the same name is the same queue. Default `sweep`. */
  readonly name?: string;
  /** Time in milliseconds without a heartbeat after which a job is given to another worker. Default 15000, at least 100. */
  readonly leaseMs?: number;
  /** How often a job may be started before it counts as failed because its workers died. Default 5. */
  readonly attempts?: number;
  /** Time in milliseconds to wait for a Redis that is away, at the start or later. Default 60000. */
  readonly patienceMs?: number;
  /** Told in a sentence when Redis is away, and when it is back. */
  readonly onNotice?: (message: string) => void;
}

const OPTIONS = ['url', 'name', 'leaseMs', 'attempts', 'patienceMs', 'onNotice'];

/**
 * Connects to a queue in Redis or Valkey. Needs the packages `bullmq` and `ioredis`. Redis has to keep its data on the disk for a sweep to outlive a
 * restart of Redis; jobs that a restart lost are added again.
 *
 * @throws GCompressError `invalid-option`, `unknown-option`; `sweep/not-installed` without the packages; `sweep/queue-away`, here or in a method, if
 * Redis does not answer for `patienceMs`.
 */
export async function redisQueue(options: RedisQueueOptions): Promise<JobQueue> {
  const where = 'redisQueue';
  assertKnownOptions(where, options, OPTIONS);
  const { url, name = 'sweep', leaseMs = 15_000, attempts = 5, patienceMs = 60_000, onNotice = () => {} } = options;
  assertNumber(where, 'leaseMs', leaseMs, { min: 100 });
  assertNumber(where, 'attempts', attempts, { min: 1, integer: true });
  assertNumber(where, 'patienceMs', patienceMs, { min: 0 });
  assertType(where, 'onNotice', onNotice, 'function');
  assertType(where, 'name', name, 'string');
  const place = placeOf(where, url);
  if (name === '' || name.includes(':')) {
    throw new GCompressError('invalid-option', {
      where: `${where} name`,
      expected: 'a name without colons',
      actual: `'${name}'`,
    });
  }
  const libraries = await loadLibraries();
  const client = new libraries.Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(100 * times, 1_000),
  });
  const patience = new Patience(client, { patienceMs, onNotice, place });
  const shared = { connection: client, skipVersionCheck: true };
  const queue = new libraries.Queue<StoredData, Completion, string>(name, shared);
  const worker = new libraries.Worker<StoredData, Completion, string>(name, null, {
    ...shared,
    autorun: false,
    lockDuration: leaseMs,
    stalledInterval: leaseMs / 2,
    maxStalledCount: attempts - 1,
  });
  // The connection's own listener knows of errors; without a listener they would end the process
  queue.on('error', () => {});
  worker.on('error', () => {});
  const redis = new RedisQueue({
    client,
    queue,
    worker,
    patience,
    attempts,
    leaseMs,
    Failure: libraries.UnrecoverableError,
  });
  try {
    await patience.wait(async () => {
      await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
      await worker.startStalledCheckTimer();
    });
  } catch (error) {
    await redis.close();
    throw error;
  }
  return redis;
}

interface Parts {
  readonly client: Redis;
  readonly queue: Queue<StoredData, Completion, string>;
  readonly worker: Worker<StoredData, Completion, string>;
  readonly patience: Patience;
  readonly attempts: number;
  readonly leaseMs: number;
  /** The error with which a job is not tried again. */
  readonly Failure: new (
    message: string,
  ) => Error;
}

class RedisQueue implements JobQueue {
  readonly leaseMs: number;
  /** Jobs of claims, which have the methods of BullMQ. */
  readonly #claimed = new Map<string, Stored>();
  readonly #ended: EndedJobs;
  /** Jobs that this process added, in case a restart of Redis loses them. */
  readonly #added = new Map<string, Job>();
  #closed = false;

  constructor(private readonly parts: Parts) {
    this.leaseMs = parts.leaseMs;
    this.#ended = new EndedJobs(parts.queue);
    parts.patience.onBack(() => {
      const lost = [...this.#added.values()].filter(({ id }) => !this.#ended.has(id));
      // If Redis goes away again, this runs again; other errors show in the next call
      this.add(lost).catch(() => {});
    });
  }

  add(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) this.#added.set(job.id, job);
    const { attempts, queue } = this.parts;
    const entries = jobs.map(({ id, configuration }) => ({
      name: 'job',
      data: { configuration },
      opts: { jobId: storedId(id), attempts, removeOnComplete: false, removeOnFail: false },
    }));
    return this.parts.patience.wait(async () => {
      if (entries.length > 0) await queue.addBulk(entries);
    });
  }

  claim(_worker: string): Promise<Claim | undefined> {
    return this.parts.patience.wait(async () => {
      const token = randomUUID();
      const stored: Stored | undefined = await this.parts.worker.getNextJob(token, { block: false });
      if (stored === undefined || stored === null) return undefined;
      if (stored.deferredFailure) {
        const message = `its worker died in each of ${this.parts.attempts} attempts`;
        await stored.moveToFailed(new this.parts.Failure(storedFailure({ message })), token, false);
        return undefined;
      }
      this.#claimed.set(token, stored);
      return { job: jobOf(stored), attempt: stored.attemptsMade + stored.stalledCounter + 1, token };
    });
  }

  heartbeat({ token }: Claim): Promise<boolean> {
    return this.held(token, async (stored) => (await stored.extendLock(token, this.leaseMs)) === 1);
  }

  complete({ token }: Claim, completion: Completion): Promise<boolean> {
    return this.end(token, async (stored) => {
      await stored.moveToCompleted(completion, token, false);
      return true;
    });
  }

  fail({ token }: Claim, failure: JobFailure): Promise<boolean> {
    return this.end(token, async (stored) => {
      await stored.moveToFailed(new this.parts.Failure(storedFailure(failure)), token, false);
      return true;
    });
  }

  release({ token }: Claim, reason: 'stopped' | 'died'): Promise<boolean> {
    const message = `its worker died in each of ${this.parts.attempts} attempts`;
    return this.end(token, async (stored) => {
      if (reason === 'stopped') await stored.moveToWait(token);
      else await stored.moveToFailed(new Error(storedFailure({ message })), token, false);
      return true;
    });
  }

  retry(ids: readonly string[]): Promise<void> {
    return this.parts.patience.wait(async () => {
      for (const id of ids) {
        const stored: Stored | undefined = await this.parts.queue.getJob(storedId(id));
        if (stored === undefined || (await stored.getState()) !== 'failed') continue;
        await stored.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
        this.#ended.forget(id);
      }
    });
  }

  ended(): Promise<readonly EndedJob[]> {
    return this.parts.patience.wait(() => this.#ended.read());
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { client, queue, worker, patience } = this.parts;
    patience.end();
    // Without a connection they would wait for one
    const connected = client.status === 'ready';
    if (connected) await Promise.allSettled([worker.close(true), queue.close()]);
    else {
      worker.close(true).catch(() => {});
      queue.close().catch(() => {});
    }
    client.disconnect();
  }

  private async end(token: string, work: (stored: Stored) => Promise<boolean>): Promise<boolean> {
    const held = await this.held(token, work);
    this.#claimed.delete(token);
    return held;
  }

  /** Does something with a claimed job; false if BullMQ says that the lock is not ours. */
  private held(token: string, work: (stored: Stored) => Promise<boolean>): Promise<boolean> {
    return this.parts.patience.wait(async () => {
      const stored = this.#claimed.get(token);
      if (stored === undefined) return false;
      try {
        return await work(stored);
      } catch (error) {
        if (isLost(error)) return false;
        throw error;
      }
    });
  }
}

/** Whether an error of BullMQ says that a job is not there, not locked, not active, or locked by another worker. */
function isLost(error: unknown): boolean {
  return [-1, -2, -3, -6].includes(Number((error as { code?: unknown } | undefined)?.code));
}

/** Host and port of an address, without its password. */
function placeOf(where: string, url: unknown): string {
  try {
    const { protocol, host } = new URL(String(url));
    if (/^rediss?:$/.test(protocol) && host !== '') return host;
  } catch {
    // Refused below
  }
  const details = {
    where: `${where} url`,
    expected: "an address such as 'redis://localhost:6379'",
    actual: `'${String(url)}'`,
  };
  throw new GCompressError('invalid-option', details);
}
