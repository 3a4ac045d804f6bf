// gcompress sweep: results as a table and as JSON, resuming, failures, Ctrl-C, mistakes.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runMain } from '@gcompress/example-program/run-main';
import { createJob, folderQueue, grid } from '@gcompress/sweep';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { gcompress, json, newFolder } from './models.ts';

const MAIN = new URL('../src/cli.ts', import.meta.url);
const job = fileURLToPath(new URL('./sweep-job.mjs', import.meta.url));
const parameters = { bits: [2, 4, 3], kind: ['x'] };
const compared = { metric: 'error', size: 'bytes' };

let cwd: string;
beforeEach(() => {
  cwd = newFolder();
});
const configure = (definition: object) => writeFileSync(join(cwd, 'bits.json'), JSON.stringify(definition));

/** Ends the jobs of configurations as workers would, or fails those without a result. */
async function endJobs(results: readonly (readonly [configuration: object, result: object | undefined])[]) {
  const queue = await folderQueue(join(cwd, 'bits-sweep'));
  await queue.add(results.map(([configuration]) => createJob(configuration as never)));
  for (const [, result] of results) {
    const claim = await queue.claim('test');
    if (claim === undefined) throw new Error('no job');
    if (result === undefined) await queue.fail(claim, { message: 'bits that no method has' });
    else await queue.complete(claim, { result: result as never, milliseconds: 1500, worker: 'test' });
  }
  await queue.close();
}
const results = grid(parameters).map(
  (each) => [each, { bytes: 100 * Number(each.bits), error: 1 / 4 ** Number(each.bits) }] as const,
);

/** Adds the jobs of the results, for a test that ends them one by one, in their order, while the program runs. */
async function waitingJobs() {
  const queue = await folderQueue(join(cwd, 'bits-sweep'));
  await queue.add(results.map(([configuration]) => createJob(configuration as never)));
  const end = async ([, result]: (typeof results)[number]) => {
    const claim = await queue.claim('test');
    if (claim === undefined) throw new Error('no job');
    await queue.complete(claim, { result: result as never, milliseconds: 1500, worker: 'test' });
  };
  return { at: results, end, queue };
}

describe('gcompress sweep', () => {
  it('runs jobs in worker processes, and has their results at once the next time', async () => {
    configure({ job, parameters, ...compared });
    const { code, stdout, stderr } = await runMain(MAIN, [
      'sweep',
      join(cwd, 'bits.json'),
      '--workers',
      '1',
      '--folder',
      join(cwd, 'bits-sweep'),
      '--json',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const printed = JSON.parse(stdout);
    expect(printed.failures).toEqual([]);
    expect(printed.results).toMatchObject([
      { configuration: { bits: 4, kind: 'x' }, result: { bytes: 400, error: 0.25, note: 'text' }, front: true },
      { configuration: { bits: 3 }, front: true },
      { configuration: { bits: 2 }, front: true },
    ]);
    expect(json(await gcompress(cwd, 'sweep', 'bits.json', '--workers', '0', '--json'))).toEqual(printed);
  });

  it('prints a table for people, and one for pull requests', async () => {
    await endJobs([
      ...results,
      [
        { bits: 5, kind: 'x' },
        { bytes: 600, error: 0.5 },
      ],
    ]);
    configure({ job, parameters: { bits: [2, 4, 3, 5], kind: ['x'] }, ...compared });
    const table = await gcompress(cwd, 'sweep', 'bits.json');
    expect(table).toMatchObject({ code: 0, stderr: '' });
    expect(table.stdout.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['bits', 'bytes', 'error', 'time', 'Pareto front'],
      ['4', '400', '0.00391', '1.50 s', 'yes'],
      ['3', '300', '0.0156', '1.50 s', 'yes'],
      ['2', '200', '0.0625', '1.50 s', 'yes'],
      ['5', '600', '0.500', '1.50 s'],
      [''],
      ['4 results'],
      [''],
    ]);
    const { stdout } = await gcompress(cwd, 'sweep', 'bits.json', '--markdown');
    expect(stdout).toContain(
      '| bits | bytes | error | time | Pareto front |\n| --- | --: | --: | --: | --- |\n| 4 | 400 |',
    );
  });

  it('writes the results to a file while jobs run, and for good at the end', async () => {
    const {
      at: [first, ...others],
      end,
      queue,
    } = await waitingJobs();
    await end(first as (typeof results)[number]);
    configure({ job, parameters, ...compared });
    const page = join(cwd, 'results.html');
    const running = gcompress(cwd, 'sweep', 'bits.json', '--workers', '0', '--out', 'results.html');
    await vi.waitFor(() => expect(readFileSync(page, 'utf8')).toContain('1 of 3 jobs ended.'), { timeout: 30_000 });
    expect(readFileSync(page, 'utf8')).toMatch(/http-equiv="refresh"[\s\S]+<td class="right">200<\/td>/);
    for (const each of others) await end(each);
    expect(await running).toMatchObject({ code: 0, stderr: '' });
    await queue.close();
    const text = readFileSync(page, 'utf8');
    expect(text).toContain('3 of 3 jobs ended. The sweep is complete.');
    expect(text).not.toContain('http-equiv="refresh"');
    expect(text.match(/<tr>/g)).toHaveLength(1 + 3);
    expect(readdirSync(cwd).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('runs all jobs although the file cannot be written any more, and ends with code 4', async () => {
    const { at, end, queue } = await waitingJobs();
    configure({ job, parameters, ...compared });
    mkdirSync(join(cwd, 'pages'));
    const running = gcompress(cwd, 'sweep', 'bits.json', '--workers', '0', '--out', 'pages/results.html');
    await vi.waitFor(() => expect(existsSync(join(cwd, 'pages/results.html'))).toBe(true), { timeout: 30_000 });
    rmSync(join(cwd, 'pages'), { recursive: true });
    for (const each of at) await end(each);
    const { code, stderr } = await running;
    expect(code).toBe(4);
    expect(stderr).toMatch(/^error: [^\n]+a place that can be written[^\n]+\n$/);
    expect(await queue.ended()).toHaveLength(3);
    await queue.close();
  });

  it('writes failures as text, and Markdown to a file of this name', async () => {
    await endJobs([results[0], [{ bits: 9, kind: '<script>' }, undefined]]);
    configure({ job, configurations: [results[0][0], { bits: 9, kind: '<script>' }], metric: 'error' });
    for (const out of ['results.md', 'results.html']) {
      expect((await gcompress(cwd, 'sweep', 'bits.json', '--out', out)).code).toBe(5);
      const text = readFileSync(join(cwd, out), 'utf8');
      expect(text).toContain('2 of 2 jobs ended, 1 of them without a result. The sweep is complete.');
      expect(text).toContain('bits that no method has');
      expect(text).not.toContain('<script>');
    }
    expect(readFileSync(join(cwd, 'results.md'), 'utf8')).toContain('| 2 | x | 200 | 0.0625 | 1.50 s |');
  });

  it('replaces only the results of a sweep without --force', async () => {
    await endJobs(results);
    configure({ job, parameters, ...compared });
    const write = (...args: string[]) => gcompress(cwd, 'sweep', 'bits.json', '--out', 'mine.html', ...args);
    writeFileSync(join(cwd, 'mine.html'), 'mine');
    expect((await write()).code).toBe(4);
    expect(readFileSync(join(cwd, 'mine.html'), 'utf8')).toBe('mine');
    expect((await write('--force')).code).toBe(0);
    expect((await write()).code).toBe(0);
    expect((await write('--join')).code).toBe(2);
    expect(existsSync(join(cwd, 'mine.html'))).toBe(true);
  });

  it('ends with code 5 and says why when jobs failed', async () => {
    await endJobs([results[0], [{ bits: 9, kind: 'x' }, undefined]]);
    configure({ job, configurations: [results[0][0], { bits: 9, kind: 'x' }], metric: 'error' });
    const { code, stdout } = await gcompress(cwd, 'sweep', 'bits.json');
    expect(code).toBe(5);
    expect(stdout).toContain('{"bits":9,"kind":"x"}: bits that no method has\n1 result, 1 failed job\n');
    const printed = json(await gcompress(cwd, 'sweep', 'bits.json', '--json'));
    expect(printed.failures).toEqual([{ configuration: { bits: 9, kind: 'x' }, message: 'bits that no method has' }]);
  });

  it('shows the rungs of successive halving, the largest budget first', async () => {
    const at = (bits: number, steps: number) =>
      [
        { bits, steps },
        { error: 1 / bits / steps, bytes: bits },
      ] as const;
    await endJobs([at(1, 1), at(2, 1), at(3, 1), at(3, 3)]);
    const halving = { name: 'steps', from: 1, to: 3 };
    configure({ job, parameters: { bits: [1, 2, 3] }, halving, ...compared });
    const printed = json(await gcompress(cwd, 'sweep', 'bits.json', '--json'));
    const order = printed.results.map(({ configuration: { bits, steps }, front }: never) => [bits, steps, front]);
    expect(order).toEqual([
      [3, 3, true],
      [3, 1, undefined],
      [2, 1, undefined],
      [1, 1, undefined],
    ]);
  });

  it('reads a module as well, whose job is relative to it', async () => {
    await endJobs(results);
    writeFileSync(
      join(cwd, 'bits.mjs'),
      `export default { job: './no.mjs', parameters: ${JSON.stringify(parameters)} };`,
    );
    expect(await gcompress(cwd, 'sweep', 'bits.mjs')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('3 results'),
    });
  });

  it('hands jobs back when Ctrl-C stops it', async () => {
    configure({ job, configurations: [{ bits: 1, mode: 'wait' }] });
    const folder = join(cwd, 'bits-sweep');
    const args = ['sweep', join(cwd, 'bits.json'), '--workers', '1', '--folder', folder];
    const { code, stdout, stderr } = await runMain(MAIN, args, (child, text) => {
      if (text.includes('waiting')) child.kill('SIGINT');
    });
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toBe('waiting\nstopped; the same command goes on where the sweep stopped\n');
    const queue = await folderQueue(folder);
    expect(await queue.claim('test')).toMatchObject({ attempt: 1, job: { configuration: { bits: 1 } } });
    await queue.close();
  });

  it.each([
    ['no.json', {}, 3, /'no\.json': expected a file that can be read/],
    ['bits.json', { job, parameters, metrics: 'error' }, 2, /sweep: expected options among .+, got 'metrics'/],
    ['bits.json', { job, parameters: {} }, 2, /at least one parameter/],
    ['no.mjs', {}, 3, /'no\.mjs': expected JSON, or a module/],
  ])('refuses %s with %j', async (name, definition, code, message) => {
    configure(definition);
    const refused = await gcompress(cwd, 'sweep', name);
    expect(refused).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(/^error: [^\n]+\n$/) });
    expect(refused.stderr).toMatch(message);
  });

  it('refuses a folder with other content, and a folder together with Redis', async () => {
    configure({ job, parameters });
    expect((await gcompress(cwd, 'sweep', 'bits.json', '--folder', '.')).code).toBe(3);
    expect((await gcompress(cwd, 'sweep', 'bits.json', '--folder', 'x', '--redis', 'redis://x')).code).toBe(2);
    expect((await gcompress(cwd, 'sweep', 'bits.json', '--redis', 'http://x')).code).toBe(2);
  });
});
