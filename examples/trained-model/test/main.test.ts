// The program as a user runs it, small.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackend } from '@gcompress/example-program';
import { runMain } from '@gcompress/example-program/run-main';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeFiles } from '../src/job.ts';
import { parseOptions } from '../src/options.ts';
import { type Result, resultsTable } from '../src/results-table.ts';

const main = new URL('../src/main.ts', import.meta.url);
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gcompress-trained-model-'));
});
afterAll(() => rm(folder, { recursive: true }));

// Trains, compresses three times and distills: some seconds
it('makes files of the named size that read digits in a fresh process', { timeout: 240_000 }, async () => {
  const small = ['--images=3000', '--units=100', '--epochs=2', '--samples=64', '--unlabelled=500', '--steps=20'];
  const options = parseOptions([...small, '--bytes=30000', `--output=${folder}`]);
  await startBackend('wasm');
  // In this process, whose time is not limited, and read in another one
  const written = await writeFiles(options, () => {});
  const paths = written.map(({ path }) => path);
  const { code, stdout } = await runMain(new URL('../src/read.ts', import.meta.url), ['wasm', ...paths]);
  expect(code).toBe(0);
  const { errors } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { errors: readonly number[] };
  const results = written.map((one, at): Result => ({ ...one, testError: errors[at] }));
  expect(resultsTable(results)).toContain('distilled');
  const [float32, float16, uint8, plain, calibrated, tuned] = results;
  expect(results.length).toBe(6);
  expect(float16.bytes).toBeLessThan(0.52 * float32.bytes);
  expect(uint8.bytes).toBeLessThan(0.26 * float32.bytes);
  for (const { path, bytes } of [plain, calibrated, tuned]) {
    expect((await stat(path)).size).toBe(bytes);
    // The header of the last file is compressed anew
    expect(bytes).toBeLessThanOrEqual(30_000 + 8);
  }
  expect(Math.abs(float16.testError - float32.testError)).toBeLessThan(0.2);
  // 3,000 images teach little, but compression must not lose what they taught
  expect(float32.testError).toBeLessThan(15);
  for (const { testError } of [plain, calibrated, tuned]) expect(testError).toBeLessThan(float32.testError + 2);
});

it('the program ends with one line and code 2 after a mistake', async () => {
  const { code, stdout, stderr } = await runMain(main, ['--bytes=10']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/integer from 20000/);
});

it('options have defaults, and mistakes are named', () => {
  expect(parseOptions([])).toMatchObject({ bytes: 25_000, samples: 512, unlabelled: 10_000, steps: 600, seed: 1 });
  expect(() => parseOptions(['--bytes=10'])).toThrow(/integer from 20000/);
});
