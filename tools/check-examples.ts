// Every example runs to its end, on a small part of its data: on the wasm backend, or the one that --backend names.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { mnistFolder } from '../examples/datasets/src/index.ts';
import { run } from './shell.ts';

const { values } = parseArgs({ options: { backend: { type: 'string', default: 'wasm' } } });
const backend = `--backend=${values.backend}`;
const root = resolve(import.meta.dirname, '..');
const output = mkdtempSync(join(tmpdir(), 'gcompress-examples-'));
const small = ['--images', '2000', '--epochs', '2', '--output', join(output, 'mnist'), backend];
const hparams =
  'name=cifar10_compression,begin_compression_step=2,compression_frequency=1,alpha_decrement_value=0.5,compression_option=1,rank=200';
const cifar10 = [`--data_dir=${mnistFolder()}`, backend];
const steps = [`--train_dir=${join(output, 'train')}`, '--max_steps=6', '--batch_size=8', '--log_frequency=2'];
const evaluation = [
  `--checkpoint_dir=${join(output, 'train')}`,
  `--eval_dir=${join(output, 'eval')}`,
  '--num_examples=200',
];

const trained = [
  ...['--images=3000', '--units=100', '--epochs=2', '--samples=64', '--unlabelled=500', '--steps=20'],
  '--bytes=30000',
];

const recorded = ['--images=1000', '--dense-epochs=1', '--epochs=2'];

const EXAMPLES: readonly (readonly [name: string, ...args: string[]])[] = [
  ...['lowrank', 'kmeans', 'simhash', 'dictlearn'].map((method) => ['mnist', ...small, '--method', method] as const),
  ['custom-training-loop', backend],
  ['trained-model', ...trained, `--output=${join(output, 'trained')}`, backend],
  [
    'record',
    ...recorded,
    '--network=lenet-300-100',
    '--bytes=50000',
    `--output=${join(output, 'lenet-300-100.gcm')}`,
    backend,
  ],
  ['record', ...recorded, '--network=lenet-5', '--bytes=80000', `--output=${join(output, 'lenet-5.gcm')}`, backend],
  ['sweep', '--workers', '2', '--retry-failed'],
  ['cifar10', 'train', ...cifar10, ...steps, `--compression_hparams=${hparams}`],
  ['cifar10', 'eval', ...cifar10, ...evaluation, '--run_once'],
  ['mnist-eager', '--images=1280', '--epochs=5', '--learning_rate=0.1', '--test_images=1000', backend],
  ['mnist-eager', '--use_lennet', '--images=320', '--epochs=1', '--learning_rate=0.1', '--test_images=200', backend],
];

for (const [name, ...args] of EXAMPLES) {
  console.log(`\n> ${name} ${args.join(' ')}`);
  console.log(run('pnpm', ['--silent', '--filter', `@gcompress/example-${name}`, 'start', ...args], root));
}
