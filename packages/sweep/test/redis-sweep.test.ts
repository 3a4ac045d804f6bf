// Sweeps through Redis: workers are killed, Redis is restarted, Redis is away.
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type * as Sweep from '../src/index.ts';
import type * as RedisSweep from '../src/redis/index.ts';
import { buildPackage, removeBuild } from './built.ts';
import { RedisServer, whyNoRedis } from './redis-server.ts';
import { startsIn, whileKilling } from './while-killing.ts';

const job = new URL('./jobs/work.mjs', import.meta.url);
const reason = whyNoRedis();

describe.skipIf(reason !== undefined)(reason ?? 'with a Redis server', () => {
  let build: URL;
  let sweep: typeof Sweep & typeof RedisSweep;
  let server: RedisServer;
  const opened: Sweep.JobQueue[] = [];
  beforeAll(async () => {
    build = await buildPackage();
    const load = (name: string) => import(/* @vite-ignore */ new URL(name, build).href);
    sweep = { ...(await load('index.js')), ...(await load('redis.js')) };
  });
  afterAll(() => removeBuild(build));
  beforeEach(async () => {
    server = await RedisServer.start();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((queue) => queue.close()));
    await server.remove();
  });

  async function open(options: Partial<RedisSweep.RedisQueueOptions>): Promise<Sweep.JobQueue> {
    const queue = await sweep.redisQueue({ url: server.url, leaseMs: 1_000, ...options });
    opened.push(queue);
    return queue;
  }

  it('loses no job and duplicates no result while workers are killed and Redis is restarted', async () => {
    const notices: string[] = [];
    const name = randomUUID();
    const queue = await open({ name, attempts: 50, onNotice: (notice) => notices.push(notice) });
    const log = join(mkdtempSync(join(tmpdir(), 'gcompress-sweep-')), 'starts.log');
    const configurations = Array.from({ length: 64 }, (_, n) => ({ n, milliseconds: 60, log }));
    const options = { job, configurations, workers: 4, execArgv: [] };
    const seen: string[] = [];
    let restarted: Promise<void> | undefined;
    const onResult = ({ id }: Sweep.EndedJob) => {
      seen.push(id);
      if (seen.length === 16) restarted = restart();
    };
    const { outcome, kills } = await whileKilling({ log, everyMs: 200, most: 12 }, () =>
      sweep.runSweep(queue, { ...options, onResult }),
    );
    await restarted;
    expect(kills).toBeGreaterThan(2);
    expect(outcome.failures).toEqual([]);
    expect(outcome.results.map(({ result }) => result.square)).toEqual(configurations.map(({ n }) => n * n));
    expect([...seen].sort()).toEqual(outcome.results.map(({ id }) => id).sort());
    expect(startsIn(log).length).toBeGreaterThan(64);
    expect(notices[0]).toMatch(/^Redis at 127\.0\.0\.1:\d+ is away; waiting for it, at most 60 s$/);
    expect(notices).toContain(`Redis at 127.0.0.1:${server.port} is back`);
    // Another process sees the same results
    const other = await open({ name });
    const byId = (a: Sweep.EndedJob, b: Sweep.EndedJob) => (a.id < b.id ? -1 : 1);
    expect([...(await other.ended())].sort(byId)).toEqual([...outcome.results].sort(byId));
  });

  it('adds jobs again that a restart without data lost', async () => {
    const queue = await open({ name: randomUUID() });
    const configurations = [{ n: 1 }, { n: 2 }, { n: 3 }];
    const options = { job, configurations, execArgv: [] };
    const waiting = sweep.runSweep(queue, { ...options, workers: 0 });
    await delay(100);
    await server.stop();
    server.forget();
    await server.start();
    const joined = sweep.runWorkers(queue, { job, workers: 1, execArgv: [], idleMs: 500 });
    const { results } = await waiting;
    expect(results.map(({ result }) => result.square)).toEqual([1, 4, 9]);
    await joined;
  });

  it('waits for a Redis that is away, and then ends with one error', async () => {
    const notices: string[] = [];
    const queue = await open({ name: randomUUID(), patienceMs: 400, onNotice: (notice) => notices.push(notice) });
    await server.stop();
    const running = sweep.runSweep(queue, { job, configurations: [{ n: 1 }], workers: 1, execArgv: [] });
    await expect(running).rejects.toMatchObject({
      code: 'sweep/queue-away',
      message: expect.stringMatching(/^Redis at 127\.0\.0\.1:\d+: expected an answer within 1 s, got .*ECONNREFUSED/),
    });
    expect(notices).toEqual([expect.stringContaining('is away; waiting for it')]);
  });

  it('refuses an address where no Redis is, after its patience', async () => {
    await server.stop();
    const refused = sweep.redisQueue({ url: server.url, patienceMs: 200 });
    await expect(refused).rejects.toMatchObject({ code: 'sweep/queue-away' });
  });

  it('is stopped at once while Redis is away', async () => {
    const queue = await open({ name: randomUUID() });
    const stop = new AbortController();
    const configurations = [{ mode: 'forever' }];
    const running = sweep.runSweep(queue, { job, configurations, workers: 1, execArgv: [], signal: stop.signal });
    setTimeout(async () => {
      await server.stop();
      stop.abort(new Error('stopped by the test'));
    }, 300);
    await expect(running).rejects.toThrow('stopped by the test');
  });

  async function restart(): Promise<void> {
    await server.stop();
    await delay(300);
    await server.start();
  }
});

it('refuses addresses, names and times that are none', async () => {
  const { redisQueue } = await import('../src/redis/index.ts');
  const refused = async (options: object) => expect(redisQueue(options as never)).rejects;
  const url = 'redis://127.0.0.1:1';
  await (await refused({})).toMatchObject({ code: 'invalid-option' });
  await (await refused({ url: 'http://x' })).toThrow(/redisQueue url: expected an address such as/);
  await (await refused({ url, name: 'a:b' })).toThrow(/a name without colons/);
  await (await refused({ url, leaseMs: 1 })).toMatchObject({ code: 'invalid-option' });
  await (await refused({ url, lease: 1 })).toMatchObject({ code: 'unknown-option' });
});
