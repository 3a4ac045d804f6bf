// Time and memory of products with matrices in compressed form, compared with the dense product in the same run. Writes
// docs/results/inference.md. Options: `--backend=cpu`, `--quick` for one shape and no file.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import type { Shape2D } from '@gcompress/core';
import { dictLearnFormat } from '@gcompress/dictlearn/format';
import {
  codebookForm,
  dictionaryForm,
  prunedForm,
  type RandomForm,
  type StoredMatrix,
  signForm,
} from '@gcompress/fixtures/stored-matrices';
import { inferenceKernels } from '@gcompress/inference-kernels';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { prunedFormat } from '@gcompress/pruning/format';
import { simhashFormat } from '@gcompress/simhash/format';
import { executionReport, PackedLayer, type Preference } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { LIMITS } from './profiles/limits.ts';
import { markdownTable } from './statistics.ts';

const quick = process.argv.includes('--quick');
const backend = process.argv.includes('--backend=cpu') ? 'cpu' : 'wasm';
const ROUNDS = 9;
/** Milliseconds for which a model is called in a round, at least once. */
const SPAN = quick ? 5 : 20;
const BATCHES = [1, 4, 8, 32] as const;

/** Most memory of a layer, as a multiple of the packed bits. */
const MOST_HELD = 1.1;

/** How many times faster than dense batches should be at 4096². */
type Goals = { readonly [batch in (typeof BATCHES)[number]]?: number };

interface Case {
  readonly name: string;
  readonly form: RandomForm;
  readonly goals?: Goals;
}

const CASES: readonly Case[] = [
  { name: '16 levels', form: codebookForm(kMeansFormat, 16, 1), goals: { 1: 1.3 } },
  { name: '256 levels', form: codebookForm(kMeansFormat, 256, 1) },
  { name: '256 blocks of 4', form: codebookForm(kMeansFormat, 256, 4) },
  { name: '256 blocks of 8', form: codebookForm(kMeansFormat, 256, 8) },
  { name: '256 blocks of 16', form: codebookForm(kMeansFormat, 256, 16), goals: { 1: 4, 32: 9 } },
  // A third of the rows of these forms is empty
  { name: 'pruned 97 %', form: prunedForm(prunedFormat, 0.03 * 1.5), goals: { 1: 6 } },
  { name: 'pruned 90 %', form: prunedForm(prunedFormat, 0.1 * 1.5) },
  { name: 'pruned 80 %', form: prunedForm(prunedFormat, 0.2 * 1.5) },
  {
    name: '256 atoms, 8 nonzeros a row',
    form: dictionaryForm(dictLearnFormat, { length: 1e6, atoms: 256, most: 8, masked: true }),
    goals: { 1: 15 },
  },
  {
    name: '256 atoms, 8 nonzeros for 64 values',
    form: dictionaryForm(dictLearnFormat, { length: 64, atoms: 256, most: 8, masked: false }),
  },
  {
    name: '256 atoms, 2 nonzeros for 32 values',
    form: dictionaryForm(dictLearnFormat, { length: 32, atoms: 256, most: 2, masked: false }),
  },
  { name: '256 sign bits a column', form: signForm(simhashFormat, 256, 'orthogonal'), goals: { 1: 15 } },
  { name: '1 sign bit a weight', form: (shape, seed) => signForm(simhashFormat, shape[0], 'orthogonal')(shape, seed) },
];
const SHAPES: readonly Shape2D[] = quick
  ? [[1024, 1024]]
  : [
      [4096, 4096],
      [1024, 1024],
      [784, 300],
    ];

await tf.setBackend(backend);
const KERNELS = inferenceKernels();

/** A model `x [b, m] → x·Ŵ [b, n]` of one packed layer. */
function packedModel({ format, packed }: StoredMatrix, prefer: Preference): tf.Sequential {
  const [inputs, units] = packed.shape;
  const layer = tf.layers.dense({ units, useBias: false, inputShape: [inputs] });
  const matrices = [{ name: 'kernel', format, packed }];
  return tf.sequential({
    layers: [new PackedLayer({ layer, matrices, prefer, inferenceKernels: KERNELS })],
  });
}

function bytesOf({ tensors }: StoredMatrix['packed']): number {
  return Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
}

function call(model: tf.LayersModel, input: tf.Tensor): void {
  const output = tf.tidy(() => model.apply(input) as tf.Tensor);
  output.dataSync();
  output.dispose();
}

/** Milliseconds of processor time of a call in the fastest round, for one model after the other, so that both meet the same machine. */
function times(models: readonly tf.LayersModel[], input: tf.Tensor): number[] {
  for (const model of models) call(model, input);
  const rounds = Array.from({ length: ROUNDS }, () =>
    models.map((model) => {
      const start = performance.now();
      const before = process.cpuUsage();
      let calls = 0;
      for (; calls === 0 || performance.now() - start < SPAN; calls++) call(model, input);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000 / calls;
    }),
  );
  return models.map((_, i) => Math.min(...rounds.map((round) => round[i])));
}

/** `12.3× ✓`: how many times faster, and whether that is the goal. */
function gain([whole, small]: readonly number[], goal: number | undefined): string {
  const faster = whole / small;
  const mark = goal === undefined ? '' : faster >= goal ? `, goal ${goal}× met` : `, goal ${goal}× missed`;
  return `${small.toPrecision(2)} ms (${faster.toPrecision(2)}×${mark})`;
}

/** Goals of speed are for 4096²; a small network must not be slower than 1.3 times a dense one. */
function goalFor([rows]: Shape2D, goals: Goals, batch: (typeof BATCHES)[number]): number | undefined {
  if (rows === 4096) return goals[batch];
  return rows === 784 && (batch === 1 || batch === 32) ? 0.77 : undefined;
}

/** How a layer computes, such as `dense` or `kernel from 8 rows on`. */
function choices(model: tf.LayersModel, inputs: number): string {
  const reports = [BATCHES[0], BATCHES[BATCHES.length - 1]].map((batch) => {
    const x = tf.zeros([batch, inputs]);
    call(model, x);
    x.dispose();
    return executionReport(model)[0];
  });
  const [few, many] = reports;
  return few.execution === many.execution ? few.execution : `${many.execution} from ${many.batches.from} rows on`;
}

function row({ name, form, goals = {} }: Case, shape: Shape2D, dense: tf.LayersModel): string[] {
  const matrix = form(shape, 1);
  const model = packedModel(matrix, 'memory');
  const fast = packedModel(matrix, 'speed');
  const [m] = shape;
  const first = tf.randomNormal([1, m]);
  const start = performance.now();
  call(model, first);
  const prepared = performance.now() - start;
  const [{ heldBytes }] = executionReport(model);
  const chosen = choices(fast, m);
  const cells = BATCHES.map((batch) => {
    const x = tf.randomNormal([batch, m]);
    const cell = gain(times([dense, model], x), goalFor(shape, goals, batch));
    x.dispose();
    return cell;
  });
  tf.dispose(first);
  model.dispose();
  fast.dispose();
  const packedBytes = bytesOf(matrix.format.codec?.decode(matrix.packed) ?? matrix.packed);
  const share = heldBytes / packedBytes;
  const held = `${share.toFixed(2)}×, ${share <= MOST_HELD ? 'met' : 'missed'}`;
  console.error(shape.join('×'), name, ...cells, chosen);
  return [
    name,
    `${Math.round(bytesOf(matrix.packed) / 1000)} kB`,
    `${Math.round(packedBytes / 1000)} kB`,
    held,
    `${prepared.toFixed(0)} ms`,
    ...cells,
    chosen,
  ];
}

const sections = SHAPES.map((shape) => {
  const [inputShape, units] = shape;
  const dense = tf.sequential({ layers: [tf.layers.dense({ units, useBias: false, inputShape: [inputShape] })] });
  const denseCells = BATCHES.map((batch) => {
    const x = tf.randomNormal([batch, inputShape]);
    const [time] = times([dense], x);
    x.dispose();
    return `${time.toPrecision(2)} ms`;
  });
  const bytes = `${Math.round((4 * inputShape * units) / 1000)} kB`;
  const rows = CASES.map((one) => row(one, shape, dense));
  dense.dispose();
  const head = [
    'matrix',
    'stored',
    'packed bits',
    'held',
    'first call',
    ...BATCHES.map((size) => `batch of ${size}`),
    'for speed',
  ];
  const table = markdownTable(head, [['dense', bytes, '', '', '', ...denseCells, ''], ...rows]);
  return `## ${shape.join(' × ')}\n\n${table}\n`;
});
const text = `# Products in the stored form

Time and memory of \`x · Ŵ\` with the kernels of \`@gcompress/inference-kernels\`, for ${BATCHES.slice(0, -1).join(', ')} and ${BATCHES[BATCHES.length - 1]} rows of x, on the ${backend} backend of TensorFlow.js
${tf.version.tfjs}. In brackets: the speed relative to a dense layer in the same rounds; below 1 is slower. Times are the fastest of ${ROUNDS}
rounds in processor time, Node ${process.versions.node}, ${cpus()[0].model.trim()}, ${cpus().length} processors, one thread. Matrices are random, in the stored forms of their methods; a third of the
rows of pruned matrices and a quarter of the codes of dictionaries are empty. Made by \`pnpm --filter @gcompress/benchmarks inference\`.

*Stored* are the bytes of a saved model, *packed bits* the same tensors without the entropy coder. *Held* is what a layer keeps in memory, as a multiple
of the packed bits; the goal is at most ${MOST_HELD}. *First call* includes the preparation. *For speed* is what
\`chooseExecution\` chooses for \`prefer: 'speed'\`: the kernel for the batches for which rules by form and shape expect it to be faster than dense. With
\`prefer: 'memory'\`, a layer uses every kernel of the table. Low rank needs none.

${sections.join('\n')}
## What holds the goals that are missed

- 16 levels: ${LIMITS.levels}
- Blocks: ${LIMITS.blockProducts}
- 784 × 300: ${LIMITS.small}
- Memory of pruned matrices: ${LIMITS.prunedHeld}
- First call of pruned matrices: ${LIMITS.pruned}
- Memory of sign bits: ${LIMITS.signs}

[Profiles](profiles.md) show where the time goes.
`;
console.log(text);
if (!quick)
  writeFileSync(
    resolve(import.meta.dirname, `../../docs/results/inference${backend === 'cpu' ? '-cpu' : ''}.md`),
    text,
  );
