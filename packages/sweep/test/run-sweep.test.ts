// Sweeps with worker processes: results, failures, resuming, stopping, and workers that are killed.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as Sweep from '../src/index.ts';
import { buildPackage, removeBuild } from './built.ts';
import { startsIn, whileKilling } from './while-killing.ts';

const job = new URL('./jobs/work.mjs', import.meta.url);

let build: URL;
let sweep: typeof Sweep;
beforeAll(async () => {
  build = await buildPackage();
  sweep = await import(/* @vite-ignore */ new URL('index.js', build).href);
});
afterAll(() => removeBuild(build));

const newFolder = () => mkdtempSync(join(tmpdir(), 'gcompress-sweep-'));
const numbers = (count: number, more = {}) => Array.from({ length: count }, (_, n) => ({ n, ...more }));

describe('runSweep', () => {
  it('runs every configuration once, in several processes, and returns the results in their order', async () => {
    const folder = newFolder();
    const log = join(newFolder(), 'starts.log');
    const queue = await sweep.folderQueue(folder);
    const progress: number[] = [];
    const seen: string[] = [];
    const configurations = numbers(8, { log, milliseconds: 20 });
    const { results, failures } = await sweep.runSweep(queue, {
      job,
      configurations: [...configurations, configurations[3]],
      workers: 2,
      execArgv: [],
      onProgress: (done) => progress.push(done),
      onResult: ({ id }) => seen.push(id),
    });
    expect(failures).toEqual([]);
    expect(results.map(({ result }) => result.square)).toEqual([0, 1, 4, 9, 16, 25, 36, 49]);
    expect(results.map(({ configuration }) => configuration)).toEqual(configurations);
    expect(new Set(results.map(({ result }) => result.pid)).size).toBeLessThanOrEqual(2);
    expect(startsIn(log).map(({ n }) => n)).toEqual(expect.arrayContaining(numbers(8).map(({ n }) => n)));
    expect(startsIn(log)).toHaveLength(8);
    expect(seen.sort()).toEqual(results.map(({ id }) => id).sort());
    expect(progress[progress.length - 1]).toBe(1);
    for (const done of progress) expect(done >= 0 && done <= 1).toBe(true);
    await queue.close();
  });

  it('computes nothing again when it is run again, and only what is new when it is extended', async () => {
    const folder = newFolder();
    const run = async (count: number) => {
      const queue = await sweep.folderQueue(folder);
      const { results } = await sweep.runSweep(queue, {
        job,
        configurations: numbers(count),
        workers: 1,
        execArgv: [],
      });
      await queue.close();
      return results;
    };
    const first = await run(3);
    expect(await run(3)).toEqual(first);
    const more = await run(4);
    expect(more.slice(0, 3)).toEqual(first);
    expect(more[3].result.square).toBe(9);
  });

  it('keeps the results of the others when jobs fail, and retries them when asked', async () => {
    const queue = await sweep.folderQueue(newFolder(), { attempts: 2 });
    const configurations = [{ n: 1 }, { mode: 'throw', n: 2 }, { mode: 'die' }, { mode: 'not-a-number' }, { n: 3 }];
    const options = { job, configurations, workers: 2, execArgv: [] };
    const { results, failures } = await sweep.runSweep(queue, options);
    expect(results.map(({ result }) => result.square)).toEqual([1, 9]);
    expect(failures.map(({ failure }) => failure)).toEqual([
      { message: 'no result for 2' },
      { message: 'its worker died in each of 2 attempts' },
      { message: 'result.error: expected a finite number, got NaN.', code: 'invalid-option' },
    ]);
    const seen: string[] = [];
    const onResult = ({ status }: Sweep.EndedJob) => seen.push(status);
    expect((await sweep.runSweep(queue, { ...options, onResult })).failures).toEqual(failures);
    expect(seen.sort()).toEqual(['done', 'done', 'failed', 'failed', 'failed']);
    const again = await sweep.runSweep(queue, { ...options, retryFailed: true });
    expect(again.failures.map(({ failure }) => failure)).toEqual(failures.map(({ failure }) => failure));
    await queue.close();
  });

  it('ends at once when it is aborted, hands its jobs back, and goes on later', async () => {
    const folder = newFolder();
    const queue = await sweep.folderQueue(folder);
    const stop = new AbortController();
    const configurations = [{ n: 1 }, { n: 2, mode: 'forever' }, { n: 3, mode: 'block', milliseconds: 60_000 }];
    const running = sweep.runSweep(queue, {
      job,
      configurations,
      workers: 3,
      execArgv: [],
      signal: stop.signal,
      onResult: () => setTimeout(() => stop.abort(new Error('stopped by the test')), 300),
    });
    await expect(running).rejects.toThrow('stopped by the test');
    const other = await sweep.folderQueue(folder);
    expect((await other.ended()).map(({ configuration }) => configuration)).toEqual([{ n: 1 }]);
    // Handed back: nobody has to wait until a lease is lost, and the attempt does not count
    const claims = [await other.claim('test'), await other.claim('test')];
    expect(claims.map((claim) => claim?.job.configuration.n).sort()).toEqual([2, 3]);
    expect(claims.map((claim) => claim?.attempt)).toEqual([1, 1]);
    await Promise.all([queue.close(), other.close()]);
  });

  it('does not start when it is aborted before', async () => {
    const queue = await sweep.folderQueue(newFolder());
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(sweep.runSweep(queue, { job, configurations: [{}], signal })).rejects.toThrow('too late');
    expect(await queue.claim('test')).toBeUndefined();
    await queue.close();
  });

  it('refuses a module that is no job with one error, and changes no job', async () => {
    const queue = await sweep.folderQueue(newFolder());
    const run = (module: string) =>
      sweep.runSweep(queue, { job: new URL(module, job), configurations: [{ n: 1 }], workers: 2, execArgv: [] });
    const code = 'sweep/job-module';
    await expect(run('no-function.mjs')).rejects.toMatchObject({
      code,
      message: expect.stringContaining('its default export is not a function'),
    });
    await expect(run('missing.mjs')).rejects.toMatchObject({ code, message: expect.stringContaining('missing.mjs') });
    expect(await queue.claim('test')).toMatchObject({ attempt: 1 });
    await queue.close();
  });

  it('is joined by workers that another process starts', async () => {
    const folder = newFolder();
    const own = await sweep.folderQueue(folder);
    const others = await sweep.folderQueue(folder);
    const joined = sweep.runWorkers(others, { job, workers: 1, execArgv: [], idleMs: 1_000 });
    const { results } = await sweep.runSweep(own, { job, configurations: numbers(4), workers: 0 });
    expect(results.map(({ result }) => result.square)).toEqual([0, 1, 4, 9]);
    await joined;
    await Promise.all([own.close(), others.close()]);
  });

  it('loses no job and duplicates no result while its workers are killed', async () => {
    const folder = newFolder();
    const queue = await sweep.folderQueue(folder, { attempts: 50 });
    const log = join(newFolder(), 'starts.log');
    const configurations = numbers(64, { milliseconds: 60, log });
    const options = { job, configurations, workers: 4, execArgv: [] };
    const { outcome, kills } = await whileKilling({ log, everyMs: 150, most: 12 }, () =>
      sweep.runSweep(queue, options),
    );
    expect(kills).toBeGreaterThan(2);
    expect(outcome.failures).toEqual([]);
    expect(outcome.results.map(({ result }) => result.square)).toEqual(numbers(64).map(({ n }) => n * n));
    const lines = journalLines(folder).filter(({ kind }) => kind === 'result');
    expect(lines.map(({ id }) => id).sort()).toEqual(outcome.results.map(({ id }) => id).sort());
    // Jobs whose process was killed were started again
    expect(startsIn(log).length).toBeGreaterThan(64);
    await queue.close();
  });
});

it('leaves the standard output of its process to its process', async () => {
  const folder = newFolder();
  const program = join(folder, 'program.mjs');
  const text = `
    import { folderQueue, runSweep } from ${JSON.stringify(new URL('index.js', build).href)};
    const queue = await folderQueue(${JSON.stringify(join(folder, 'sweep'))});
    const { results } = await runSweep(queue, { job: ${JSON.stringify(job.href)}, configurations: [{ mode: 'print', n: 3 }], workers: 1 });
    await queue.close();
    console.log(results[0].result.square);
  `;
  writeFileSync(program, text);
  const child = spawn(process.execPath, [program]);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => (stderr += data));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '9\n', stderr: 'printed by the job\n' });
});

it('survives the death of the process that runs it', async () => {
  const folder = newFolder();
  const program = join(folder, 'program.mjs');
  const sweepFolder = join(folder, 'sweep');
  const configurations = numbers(12, { milliseconds: 100 });
  const text = `
    import { folderQueue, runSweep } from ${JSON.stringify(new URL('index.js', build).href)};
    const queue = await folderQueue(${JSON.stringify(sweepFolder)});
    const job = ${JSON.stringify(job.href)};
    const onResult = () => console.log('result');
    await runSweep(queue, { job, configurations: ${JSON.stringify(configurations)}, workers: 3, onResult });
  `;
  writeFileSync(program, text);
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.on('close', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.kill('SIGKILL');
  await exited;
  await delay(50);
  const queue = await sweep.folderQueue(sweepFolder);
  const before = (await queue.ended()).length;
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(12);
  const { results } = await sweep.runSweep(queue, { job, configurations, workers: 3, execArgv: [] });
  expect(results.map(({ result }) => result.square)).toEqual(configurations.map(({ n }) => n * n));
  const stored = journalLines(sweepFolder).filter(({ kind }) => kind === 'result');
  expect(new Set(stored.map(({ id }) => id)).size).toBe(12);
  expect(await queue.ended()).toHaveLength(12);
  await queue.close();
});

/** The lines of all journals of a sweep. */
function journalLines(folder: string): { readonly kind: string; readonly id: string }[] {
  return readdirSync(join(folder, 'journals')).flatMap((name) =>
    readFileSync(join(folder, 'journals', name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line)),
  );
}
