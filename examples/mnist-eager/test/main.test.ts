import { runMain } from '@gcompress/example-program/run-main';
import { describe, expect, it } from 'vitest';
import { parseOptions } from '../src/options.ts';

const run = (args: readonly string[]) => runMain(new URL('../src/main.ts', import.meta.url), args);

describe('mnist-eager', () => {
  it.each([
    [['--epochs', '0'], /Give an integer from 1/],
    [['--learning_rate', 'fast'], /Give a number above 0/],
    [['--images', '60001'], /Give an integer from 1 to 60000/],
    [['--images', '10', '--batch_size', '11'], /--batch_size 11 is more than the 10 --images/],
    [['--compression_hparams', 'rank=x'], /rank/],
    [['--compression_hparams', 'levels=2'], /got 'levels'/],
    [['--backend', 'abacus'], /Allowed choices are tensorflow, wasm, cpu/],
    [['--lenet'], /unknown option '--lenet'/],
    [['extra'], /too many arguments/],
  ])('refuses %j', (args, line) => {
    expect(() => parseOptions(args)).toThrow(line);
  });

  it('trains two layers, compressed, that read other digits', async () => {
    const flags = '--images=1280 --epochs=5 --learning_rate=0.2 --test_images=500 --backend=wasm';
    const { code, stdout, stderr } = await run(flags.split(' '));
    expect([code, stderr]).toEqual([0, '']);
    const epochs = [...stdout.matchAll(/epoch \d: loss ([\d.]+), alpha ([\d.]+)\n/g)];
    expect(epochs.map(([, , alpha]) => alpha)).toEqual(['0.80', '0.60', '0.40', '0.20', '0.00']);
    expect(Number(epochs[4][1])).toBeLessThan(Number(epochs[0][1]));
    expect(Number(/accuracy on 500 other digits: ([\d.]+) %/.exec(stdout)?.[1])).toBeGreaterThan(50);
    expect(stdout).toMatch(/all +│ +39,760 +│ +21,210 +│ 0\.533/);
  });

  it('trains LeNet-5, compressed', async () => {
    const flags =
      '--use_lennet --images=320 --epochs=2 --batch_size=32 --learning_rate=0.05 --test_images=200 --backend=wasm';
    const { code, stdout, stderr } = await run(flags.split(' '));
    expect([code, stderr]).toEqual([0, '']);
    const losses = [...stdout.matchAll(/epoch \d: loss ([\d.]+)\n/g)].map(([, loss]) => Number(loss));
    expect(losses.length).toBe(2);
    expect(losses[1]).toBeLessThan(losses[0]);
    expect(stdout).toMatch(/dense +│ +494,004 +│ +247,244/);
  });

  it('ends with one line and code 2 after a mistake, with 1 after hyperparameters that do not fit', async () => {
    expect(await run(['--foo'])).toEqual({ code: 2, stdout: '', stderr: "error: unknown option '--foo'\n" });
    const { code, stderr } = await run(['--use_lennet', '--compression_hparams=rank=2', '--backend=wasm']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: --compression_hparams: expected compression_option=9.*\n$/),
    ]);
  });
});
