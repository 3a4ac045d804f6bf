// LeNet-5 on MNIST with fewer units: weights that are left, and the error. Each run prints a line of JSON; with such files as arguments, writes
// docs/results/units.md. `--control` trains the dense network for as many epochs instead.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startBackend } from '@gcompress/example-program';
import { type Measured, type Recipe, trained } from './lenet5-units.ts';
import { markdownTable } from './statistics.ts';

/** The output of a run. */
interface Run {
  readonly backend: string;
  readonly control: boolean;
  readonly recipe: Recipe;
  readonly measured: Measured;
  readonly seconds: number;
}

const { values: options, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '3' },
    images: { type: 'string', default: '55000' },
    'dense-epochs': { type: 'string', default: '3' },
    'fade-epochs': { type: 'string', default: '1' },
    'tune-epochs': { type: 'string', default: '10' },
    control: { type: 'boolean', default: false },
  },
});

if (files.length > 0) writePage(files.map((file) => JSON.parse(lastLine(readFileSync(file, 'utf8')))));
else console.log(JSON.stringify(await run()));

async function run(): Promise<Run> {
  const { name } = await startBackend();
  const recipe: Recipe = {
    seed: Number(options.seed),
    images: Number(options.images),
    denseEpochs: Number(options['dense-epochs']),
    rounds: [
      { conv1: 14, conv2: 30, fc1: 150 },
      { conv1: 10, conv2: 20, fc1: 60 },
      { conv1: 8, conv2: 14, fc1: 28 },
    ],
    fadeEpochs: Number(options['fade-epochs']),
    tuneEpochs: Number(options['tune-epochs']),
  };
  const began = performance.now();
  const measured = await trained(recipe, !options.control, (line) => console.error(line));
  return { backend: name, control: options.control, recipe, measured, seconds: (performance.now() - began) / 1000 };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

function writePage(runs: readonly Run[]): void {
  const count = (value: number) => value.toLocaleString('en-US');
  const rows = runs.map(({ control, recipe, measured, backend, seconds }) => [
    control ? 'dense' : 'fewer units',
    String(recipe.seed),
    count(measured.weights),
    count(measured.multiplyAdds),
    `${count(measured.packedBytes)} bytes`,
    `${measured.validationError.toFixed(2)} %`,
    `${measured.testError.toFixed(2)} %`,
    `${seconds.toFixed(0)} s, ${backend}`,
  ]);
  const head = [
    'network',
    'seed',
    'weights',
    'multiply-adds',
    'packed, float16',
    'validation error',
    'test error',
    'time',
  ];
  const { recipe } = runs[0];
  const { images, denseEpochs, rounds, fadeEpochs, tuneEpochs } = recipe;
  const sizes = [{ conv1: 20, conv2: 50, fc1: 500 }, ...rounds].map(
    ({ conv1, conv2, fc1 }) => `${conv1}-${conv2}-${fc1}`,
  );
  writeFileSync(
    resolve(import.meta.dirname, '../../docs/results/units.md'),
    `# LeNet-5 on MNIST with fewer units

${count(images)} training images, shifted by up to one pixel in each epoch; the last 5,000 of MNIST's training set are a validation set. The sizes and epochs
were chosen before any run and not tuned. The first network trains ${denseEpochs} epochs and is the teacher of all that follows. Then \`unitCallback\` fades units out in rounds of ${fadeEpochs}
epochs, ${sizes.join(' → ')}, with \`removeUnits\` after each, and the smallest network trains ${tuneEpochs} more epochs. The dense
row trains for as many epochs with the same teacher, images and rates. All networks consist of stock layers. Made by \`pnpm --filter @gcompress/benchmarks units\`, with \`--control\` for the dense row,
and then with the printed files as arguments.

${markdownTable(head, rows)}
`,
  );
}
