// What every queue must do, as tests: also while workers are killed.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Claim, createJob, type DoneJob, type Job, type JobQueue } from '../src/index.ts';
import { buildPackage, removeBuild } from './built.ts';

/** How a test opens queues of one kind. */
export interface QueueKind {
  readonly name: string;
  /** Opens an empty place for jobs. */
  readonly place: () => Promise<QueuePlace>;
}

/** Where jobs wait. */
export interface QueuePlace {
  /** Opens another queue on the same jobs. */
  readonly open: () => Promise<JobQueue>;
  /** The argument of a process that opens it. */
  readonly description: object;
}

/** Short, so that the tests are; not so short that a busy machine loses claims. */
export const LEASE_MS = 600;

/** The tests that all queues pass. */
export function describeQueue({ name, place: newPlace }: QueueKind): void {
  describe(`${name} as a queue`, () => {
    let place: QueuePlace;
    let queue: JobQueue;
    const opened: JobQueue[] = [];
    const children: ChildProcess[] = [];
    let build: URL;

    beforeAll(async () => {
      build = await buildPackage();
    });
    afterAll(() => removeBuild(build));
    beforeEach(async () => {
      place = await newPlace();
      queue = await open();
    });
    afterEach(async () => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
      await Promise.all(opened.splice(0).map((each) => each.close()));
    });

    async function open(): Promise<JobQueue> {
      const next = await place.open();
      opened.push(next);
      return next;
    }

    /** Starts a process that claims a job and holds it. */
    async function holder(): Promise<{ child: ChildProcess; claimed: string; attempt: number }> {
      const program = fileURLToPath(new URL('queue-process.js', build));
      const child = fork(program, [JSON.stringify(place.description)], { execArgv: [] });
      children.push(child);
      const [message] = await once(child, 'message');
      return { child, ...message };
    }

    /** Claims when there is a job to claim. */
    async function claimSoon(from = queue): Promise<Claim> {
      for (;;) {
        const claim = await from.claim('test');
        if (claim !== undefined) return claim;
        await delay(30);
      }
    }

    it('gives jobs in their order, each to one worker', async () => {
      const other = await open();
      const jobs = jobsOf(3);
      await queue.add(jobs);
      const claims = [await queue.claim('a'), await other.claim('b'), await queue.claim('a')];
      expect(claims.map((claim) => claim?.job)).toEqual(jobs);
      expect(claims.map((claim) => claim?.attempt)).toEqual([1, 1, 1]);
      expect(await other.claim('b')).toBeUndefined();
    });

    it('divides jobs among workers that claim at the same time', async () => {
      const others = [queue, await open(), await open()];
      await queue.add(jobsOf(12));
      const claims = await Promise.all(Array.from({ length: 12 }, (_, i) => claimSoon(others[i % 3])));
      expect(new Set(claims.map(({ job }) => job.id)).size).toBe(12);
    });

    it('keeps a result, and shows it to all', async () => {
      const [job] = jobsOf(1);
      await queue.add([job]);
      const claim = await claimSoon();
      const result = { error: 0.25, names: ['a', null], nested: { é: true } };
      expect(await queue.complete(claim, completionOf(result))).toBe(true);
      const other = await open();
      for (const each of [queue, other]) {
        expect(await each.ended()).toEqual([{ ...job, status: 'done', attempt: 1, ...completionOf(result) }]);
        expect(await each.claim('b')).toBeUndefined();
      }
    });

    it('keeps what it has when the same jobs are added again', async () => {
      const jobs = jobsOf(2);
      await queue.add(jobs);
      await queue.complete(await claimSoon(), completionOf({ n: 0 }));
      const other = await open();
      await Promise.all([queue.add(jobsOf(3)), other.add(jobsOf(3))]);
      const claims = [await claimSoon(), await claimSoon(other)];
      expect(claims.map(({ job }) => job.configuration)).toEqual([{ n: 1 }, { n: 2 }]);
      expect(await queue.claim('a')).toBeUndefined();
      expect(await queue.ended()).toHaveLength(1);
    });

    it('takes one end of a claim, and none after it', async () => {
      await queue.add(jobsOf(1));
      const claim = await claimSoon();
      expect(await queue.complete(claim, completionOf({ first: 1 }))).toBe(true);
      expect(await queue.complete(claim, completionOf({ second: 1 }))).toBe(false);
      expect(await queue.fail(claim, { message: 'late' })).toBe(false);
      expect(await queue.release(claim, 'stopped')).toBe(false);
      expect(await queue.heartbeat(claim)).toBe(false);
      expect(await queue.ended()).toMatchObject([{ status: 'done', result: { first: 1 } }]);
    });

    it('ends a job that failed, until it is retried', async () => {
      await queue.add(jobsOf(2));
      const claim = await claimSoon();
      expect(await queue.fail(claim, { message: 'no such method', code: 'invalid-option' })).toBe(true);
      const failure = { message: 'no such method', code: 'invalid-option' };
      expect(await queue.ended()).toMatchObject([{ status: 'failed', attempt: 1, failure, ...claim.job }]);
      await queue.complete(await claimSoon(), completionOf({}));
      expect(await queue.claim('a')).toBeUndefined();
      await queue.retry((await queue.ended()).map(({ id }) => id));
      const again = await claimSoon();
      expect(again).toMatchObject({ job: claim.job, attempt: 1 });
      expect(await queue.complete(again, completionOf({ n: 5 }))).toBe(true);
      expect(await queue.claim('a')).toBeUndefined();
      const ended = await (await open()).ended();
      expect(ended.map((job) => (job as DoneJob).result)).toEqual(expect.arrayContaining([{}, { n: 5 }]));
      expect(ended).toHaveLength(2);
    });

    it('gives a job that was handed back to the next worker, and does not count it', async () => {
      await queue.add(jobsOf(1));
      const other = await open();
      for (let i = 0; i < 8; i++) {
        const claim = await claimSoon(i % 2 ? queue : other);
        expect(claim.attempt).toBe(1);
        expect(await (i % 2 ? queue : other).release(claim, 'stopped')).toBe(true);
      }
      expect(await queue.ended()).toEqual([]);
    });

    it('fails a job whose worker died in each of five attempts', async () => {
      await queue.add(jobsOf(1));
      for (let attempt = 1; attempt <= 5; attempt++) {
        const claim = await claimSoon();
        expect(claim.attempt).toBe(attempt);
        expect(await queue.release(claim, 'died')).toBe(true);
      }
      expect(await queue.claim('a')).toBeUndefined();
      const failure = { message: 'its worker died in each of 5 attempts' };
      expect(await queue.ended()).toMatchObject([{ status: 'failed', failure }]);
    });

    it('leaves a job to a worker that sends heartbeats', async () => {
      await queue.add(jobsOf(1));
      const claim = await claimSoon();
      const other = await open();
      for (let waited = 0; waited < 2.5 * LEASE_MS; waited += LEASE_MS / 4) {
        expect(await queue.heartbeat(claim)).toBe(true);
        expect(await other.claim('b')).toBeUndefined();
        await delay(LEASE_MS / 4);
      }
      expect(await queue.complete(claim, completionOf({}))).toBe(true);
    });

    it('gives the job of a killed process to another worker', async () => {
      const [job] = jobsOf(1);
      await queue.add([job]);
      const { child, claimed, attempt } = await holder();
      expect({ claimed, attempt }).toEqual({ claimed: job.id, attempt: 1 });
      expect(await queue.claim('a')).toBeUndefined();
      child.kill('SIGKILL');
      await once(child, 'exit');
      const claim = await claimSoon();
      expect(claim).toMatchObject({ job, attempt: 2 });
      expect(await queue.complete(claim, completionOf({ by: 'second' }))).toBe(true);
      expect(await queue.ended()).toMatchObject([{ result: { by: 'second' } }]);
    });

    it('takes no result of a process that was stopped for so long that another worker has the job', async () => {
      await queue.add(jobsOf(1));
      const { child } = await holder();
      child.kill('SIGSTOP');
      const claim = await claimSoon();
      child.kill('SIGCONT');
      child.send('go on');
      const [{ stored }] = await once(child, 'message');
      expect(stored).toBe(false);
      expect(await queue.ended()).toEqual([]);
      expect(await queue.complete(claim, completionOf({ by: 'second' }))).toBe(true);
      expect(await queue.ended()).toMatchObject([{ result: { by: 'second' } }]);
    });
  });
}

/** The jobs `{ n: 0 }`, `{ n: 1 }` and so on. */
export function jobsOf(count: number): Job[] {
  return Array.from({ length: count }, (_, n) => createJob({ n }));
}

function completionOf(result: DoneJob['result']) {
  return { result, milliseconds: 12.5, worker: 'w' };
}
