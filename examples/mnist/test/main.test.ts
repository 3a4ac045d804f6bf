// The program as a user runs it.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type Listener, runMain } from '@gcompress/example-program/run-main';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Result, runJob } from '../src/job.ts';
import { METHODS, parseOptions } from '../src/options.ts';
import { Progress } from '../src/progress.ts';

const main = new URL('../src/main.ts', import.meta.url);
const run = (args: readonly string[], onOutput?: Listener) => runMain(main, args, onOutput);
let root = '';
/** Small, and the same each time. */
const FLAGS = ['--backend=wasm', '--images=640', '--epochs=2', '--ratio=4', '--seed=5', '--timed-runs=3'];

/** The results of a small training. */
async function resultsOf(output: string): Promise<readonly Result[]> {
  const { code, stdout, stderr } = await run([...FLAGS, '--json', '--output', output]);
  expect(stderr).not.toContain('error');
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { results: readonly Result[] }).results;
}

function assertUsable([dense, uint8, ...compressed]: readonly Result[]): void {
  expect(dense.parameters).toBe(266_610);
  expect(uint8.diskBytes).toBeLessThan(dense.diskBytes / 3.8);
  for (const { diskBytes } of compressed) expect(diskBytes).toBeLessThan(dense.diskBytes / 3.3);
  // 5 steps teach little; far above the 10 % of guessing all the same
  expect(dense.accuracy).toBeGreaterThan(0.3);
  expect(uint8.accuracy).toBeGreaterThan(dense.accuracy - 0.05);
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gcompress-mnist-'));
});

afterAll(() => rm(root, { recursive: true }));

describe('mnist', () => {
  it.each([
    [['--method', 'lowrnk'], /option '--method <name>' argument 'lowrnk' is invalid/],
    [['--rank', '3.5'], /'3.5' is invalid. Give an integer from 1 to 100/],
    [['--ratio', '1'], /Give a number above 1/],
    [['--epochs', '1'], /Give an integer from 2/],
    [['--images', '70000'], /Give an integer from 100 to 60000/],
    [['--backend', 'abacus'], /Allowed choices are tensorflow, wasm, cpu/],
    [['--rank', '8', '--method', 'kmeans'], /'--rank' is for --method lowrank only/],
    [['--colour'], /unknown option '--colour'/],
    [['extra'], /too many arguments/],
  ])('refuses %j', async (args, line) => {
    expect(() => parseOptions(args)).toThrow(line);
  });

  it('ends with one line and code 2 after a mistake', async () => {
    const { code, stdout, stderr } = await run(['--method', 'lowrnk']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: option '--method <name>' argument 'lowrnk' is invalid.*\n$/);
  });

  it('explains itself', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    for (const flag of [
      'method',
      'rank',
      'schedule',
      'epochs',
      'images',
      'seed',
      'timed-runs',
      'backend',
      'output',
      'json',
    ]) {
      expect(stdout).toContain(`--${flag}`);
    }
  });

  it('trains, compresses, saves, and evaluates what it saved; with every method, and for the same seed the same network', async () => {
    const [first, second] = [join(root, 'first'), join(root, 'second')];
    const results = await resultsOf(first);
    expect(results.length).toBe(3);
    assertUsable(results);
    expect((await readdir(first)).sort()).toEqual(['compressed', 'dense', 'dense-uint8']);

    // In this process, and from one dense network: a program of its own for each takes most of its time to begin
    const runs = METHODS.map((method) => parseOptions([...FLAGS, '--method', method, '--output', second]));
    const surroundings = { progress: new Progress(new PassThrough() as never), signal: new AbortController().signal };
    const again = await runJob(runs[0], surroundings, runs);
    expect(again.results.map(({ name }) => name).slice(2)).toEqual(METHODS.map((method) => `compressed, ${method}`));
    expect(again.reports.map(({ compressed }) => compressed.length)).toEqual(METHODS.map(() => 2));
    assertUsable(again.results);
    // The names of the weight files are drawn anew for each save, and gzip may take a byte more for one than for another
    const kept = (all: readonly Result[]) => all.map(({ name, accuracy, diskBytes }) => [name, accuracy, diskBytes]);
    expect(kept(again.results.slice(0, 3))).toEqual(kept(results));
  }, 240_000);

  it('stops at Ctrl-C without a half-written model', async () => {
    const output = join(root, 'stopped');
    const { code, stderr } = await run(
      ['--backend', 'wasm', '--images', '2000', '--epochs', '8', '--output', output],
      (child, text) => {
        // The first phase has ended and the next is running
        if (text.startsWith('training')) child.kill('SIGINT');
      },
    );
    expect(stderr).toContain('Stopped; no model was written.');
    expect(code).toBe(130);
    expect(await readdir(output)).toEqual([]);
  });

  it('says before the training that it cannot write', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    const { code, stderr } = await run(['--output', join(file, 'models')]);
    expect(stderr).toMatch(/^error: output folder .* cannot be written/);
    expect(code).toBe(1);
  });
});
