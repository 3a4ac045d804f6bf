// The program as a user runs it, small.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMain } from '@gcompress/example-program/run-main';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseOptions } from '../src/options.ts';

const main = new URL('../src/main.ts', import.meta.url);
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gcompress-record-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('writes a file of the named size, which reads digits in a fresh process', { timeout: 120_000 }, async () => {
  const output = join(folder, 'small.gcm');
  const flags = ['--backend=wasm', '--images=2000', '--dense-epochs=3', '--epochs=12', '--bytes=20000'];
  const { code, stdout, stderr } = await runMain(main, [...flags, '--json', '--output', output]);
  expect(stderr).not.toContain('error:');
  expect(code).toBe(0);
  const { result } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { result: Record<string, number> };
  expect((await stat(output)).size).toBe(result.bytes);
  expect(result.bytes).toBeLessThanOrEqual(20_000);
  expect(result.bytes).toBeGreaterThanOrEqual(0.97 * 20_000);
  // 2,000 images teach little; far below the 90 % of guessing all the same
  expect(result.testError).toBeLessThan(25);
});

it('a size below topology and biases is refused before the compression', { timeout: 120_000 }, async () => {
  const flags = ['--backend=wasm', '--images=1000', '--dense-epochs=1', '--epochs=1', '--bytes=600'];
  const { code, stderr } = await runMain(main, [...flags, '--output', join(folder, 'none.gcm')]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/targetBytes: expected (more than|at least) \d+/);
});

it('options have defaults, and mistakes are named', () => {
  expect(parseOptions([])).toMatchObject({ bytes: 11_000, denseEpochs: 12, epochs: 40, images: 55_000, seed: 1 });
  expect(() => parseOptions(['--bytes=few'])).toThrow(/integer/);
});
