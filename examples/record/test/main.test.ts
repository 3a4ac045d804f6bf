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

/** What the program prints as its result. */
interface Printed {
  readonly sizes: readonly { readonly bytes: number; readonly testError: number }[];
  readonly longDenseTestError: number;
}

it('writes files of the named sizes, which read digits in a fresh process', { timeout: 240_000 }, async () => {
  const output = join(folder, 'small.gcm');
  const flags = [
    '--backend=wasm',
    '--images=1000',
    '--dense-epochs=2',
    '--epochs=2',
    '--bytes=60000,50000',
    '--long-dense',
  ];
  const { code, stdout, stderr } = await runMain(main, [...flags, '--json', '--output', output]);
  expect(stderr).not.toContain('error:');
  expect(code).toBe(0);
  const { result } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { result: Printed };
  for (const [at, asked] of [60_000, 50_000].entries()) {
    const { bytes, testError } = result.sizes[at];
    expect((await stat(join(folder, `small-${asked}.gcm`))).size).toBe(bytes);
    expect(bytes).toBeLessThanOrEqual(asked);
    expect(bytes).toBeGreaterThanOrEqual(0.97 * asked);
    // 1,000 images teach little; far below the 90 % of guessing all the same
    expect(testError).toBeLessThan(40);
  }
  expect(result.longDenseTestError).toBeLessThan(40);
});

it('a size below topology and biases is refused before the compression', { timeout: 240_000 }, async () => {
  const flags = ['--backend=wasm', '--images=1000', '--dense-epochs=1', '--epochs=1', '--bytes=600'];
  const { code, stderr } = await runMain(main, [...flags, '--output', join(folder, 'none.gcm')]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/targetBytes: expected (more than|at least) \d+/);
});

it('options have defaults, and mistakes are named', () => {
  expect(parseOptions([])).toMatchObject({ bytes: [13_300], denseEpochs: 12, epochs: 40, images: 55_000, seed: 1 });
  expect(parseOptions(['--network=lenet-5', '--epochs=3'])).toMatchObject({ epochs: 3, shift: 1 });
  expect(parseOptions(['--network=lenet-5', '--shift=0'])).toMatchObject({ shift: 0 });
  expect(() => parseOptions(['--bytes=9000,9000'])).toThrow(/once/);
  expect(() => parseOptions(['--bytes=few'])).toThrow(/integer/);
});
