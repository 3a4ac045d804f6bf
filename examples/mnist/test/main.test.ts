// The program as a user runs it.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Listener, runMain } from '@gcompress/example-program/run-main';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../src/job.ts';
import { METHODS, parseOptions } from '../src/options.ts';

const main = new URL('../src/main.ts', import.meta.url);
const run = (args: readonly string[], onOutput?: Listener) => runMain(main, args, onOutput);
let root = '';
/** What was computed once, which takes seconds. */
const resultsOf = new Map<string, readonly Result[]>();

/** The results of a small training with this method. */
async function runOf(method: string, output: string): Promise<readonly Result[]> {
  const flags = ['--backend=wasm', '--images=640', '--epochs=2', '--ratio=4', '--seed=5', '--json'];
  const { code, stdout, stderr } = await run([...flags, '--method', method, '--output', output]);
  expect(stderr).not.toContain('error');
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { results: readonly Result[] }).results;
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
    for (const flag of ['method', 'rank', 'schedule', 'epochs', 'images', 'seed', 'backend', 'output', 'json']) {
      expect(stdout).toContain(`--${flag}`);
    }
  });

  it.each(METHODS)('trains, compresses, saves, and evaluates what it saved (%s)', async (method) => {
    const output = join(root, method);
    const results = await runOf(method, output);
    resultsOf.set(method, results);
    const [dense, uint8, compressed] = results;
    expect(dense.parameters).toBe(266_610);
    expect(uint8.diskBytes).toBeLessThan(dense.diskBytes / 3.8);
    expect(compressed.diskBytes).toBeLessThan(dense.diskBytes / 3.3);
    // 5 steps teach little; far above the 10 % of guessing all the same
    expect(dense.accuracy).toBeGreaterThan(0.3);
    expect(uint8.accuracy).toBeGreaterThan(dense.accuracy - 0.05);
    expect((await readdir(output)).sort()).toEqual(['compressed', 'dense', 'dense-uint8']);
  });

  it('gives the same network for the same seed', async () => {
    const first = resultsOf.get('lowrank') ?? (await runOf('lowrank', join(root, 'first')));
    const second = await runOf('lowrank', join(root, 'second'));
    // The names of the weight files are drawn anew for each save, and gzip may take a byte more for one than for another
    const kept = (results: readonly Result[]) => results.map(({ accuracy, diskBytes }) => [accuracy, diskBytes]);
    expect(kept(second)).toEqual(kept(first));
  });

  it('stops at Ctrl-C without a half-written model', async () => {
    const output = join(root, 'stopped');
    const { code, stderr } = await run(
      ['--backend', 'wasm', '--images', '6000', '--epochs', '4', '--output', output],
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
