// Successive halving: rungs, budgets, failures, and resuming.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type * as Sweep from '../src/index.ts';
import { planRungs } from '../src/sweep/successive-halving.ts';
import { buildPackage, removeBuild } from './built.ts';
import { startsIn } from './while-killing.ts';

const job = new URL('./jobs/work.mjs', import.meta.url);

let build: URL;
let sweep: typeof Sweep;
beforeAll(async () => {
  build = await buildPackage();
  sweep = await import(/* @vite-ignore */ new URL('index.js', build).href);
});
afterAll(() => removeBuild(build));

it('gives the best more budget, drops failed jobs, and repeats nothing when it is resumed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gcompress-sweep-'));
  const log = join(mkdtempSync(join(tmpdir(), 'gcompress-sweep-')), 'starts.log');
  const configurations = [...Array.from({ length: 8 }, (_, n) => ({ n, log })), { n: 99, log, mode: 'throw' }];
  const run = async () => {
    const queue = await sweep.folderQueue(folder);
    const progress: number[] = [];
    const rungs = await sweep.successiveHalving(queue, {
      job,
      configurations,
      budget: { name: 'epochs', from: 1, to: 9, factor: 3 },
      metric: 'error',
      workers: 2,
      execArgv: [],
      onProgress: (done) => progress.push(done),
    });
    await queue.close();
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress[progress.length - 1]).toBe(1);
    return rungs;
  };
  const rungs = await run();
  // The error of the job falls with n and with the epochs
  expect(rungs.map(({ budget, results }) => [budget, results.map(({ configuration: { n } }) => n)])).toEqual([
    [1, [7, 6, 5, 4, 3, 2, 1, 0]],
    [3, [7, 6, 5]],
    [9, [7]],
  ]);
  expect(rungs.map(({ failures }) => failures.length)).toEqual([1, 0, 0]);
  expect(rungs[2].results[0]).toMatchObject({ configuration: { n: 7, epochs: 9 }, result: { error: 1 / 8 / 9 } });
  const starts = startsIn(log).length;
  expect(starts).toBe(9 + 3 + 1);
  expect(await run()).toEqual(rungs);
  expect(startsIn(log)).toHaveLength(starts);
});

it('refuses a metric that results lack, and a budget that configurations have', async () => {
  const queue = await sweep.folderQueue(mkdtempSync(join(tmpdir(), 'gcompress-sweep-')));
  const run = (more: object) =>
    sweep.successiveHalving(queue, {
      job,
      configurations: [{ n: 1 }],
      budget: { name: 'epochs', from: 1, to: 2 },
      metric: 'error',
      workers: 1,
      execArgv: [],
      ...more,
    });
  await expect(run({ configurations: [{ epochs: 3 }] })).rejects.toThrow(/configurations without 'epochs'/);
  await expect(run({ goal: 'lowest' })).rejects.toMatchObject({ code: 'invalid-option' });
  await expect(run({ metric: 'loss' })).rejects.toThrow(/metric 'loss': .+ There are square, error, bytes, pid\./);
  await queue.close();
});

it('plans rungs whose budgets end at the largest, and whose jobs fall by the factor', () => {
  const budget = { name: 'steps', from: 10, to: 200, factor: 4 };
  expect(planRungs(30, budget)).toEqual([
    { budget: 10, count: 30 },
    { budget: 40, count: 7 },
    { budget: 160, count: 1 },
    { budget: 200, count: 1 },
  ]);
  expect(planRungs(4, { name: 'part', from: 0.25, to: 1, factor: 2 })).toEqual([
    { budget: 0.25, count: 4 },
    { budget: 0.5, count: 2 },
    { budget: 1, count: 1 },
  ]);
  expect(planRungs(2, { name: 'epochs', from: 1, to: 3, factor: 1.1 }).map((rung) => rung.budget)).toEqual([1, 2, 3]);
});
