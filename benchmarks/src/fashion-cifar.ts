// Accuracy loss of the reference's low-rank compression on Fashion-MNIST with its CIFAR-10 network, on the native backend. Writes
// docs/results/fashion-mnist.md. Finished parts are kept in a temporary folder, so that an interrupted run resumes.
//
// Run: npx tsx src/fashion-cifar.ts [folder of Fashion-MNIST]
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createNetwork } from '@gcompress/example-cifar10/network';
import { precisionAt1 } from '@gcompress/example-cifar10/precision';
import { type Sizes, sizesAsUint8, sizesOf } from '@gcompress/example-cifar10/sizes';
import { strip } from '@gcompress/example-cifar10/stripped';
import { pictures } from '@gcompress/example-datasets';
import { startBackend } from '@gcompress/example-program';
import { CompressionWrapper, parseHParams } from '@gcompress/graph-compression';
import { lowRank } from '@gcompress/lowrank';
import { BATCH, continuedTraining, FOLDER, runTo, SCRATCH, SEEDS, SHARED, STEPS } from './fashion-training.ts';
import { deviation, markdownTable, mean } from './statistics.ts';

/** Alpha is 1 up to step 1000, falls by 0.04 every 10 steps, and is 0 from step 1240 on. */
const SCHEDULE = `begin_compression_step=${SHARED},compression_frequency=10,alpha_decrement_value=0.04,compression_option=1`;
const ARMS = [
  { name: 'dense', rank: undefined, limit: undefined },
  { name: 'rank=300 ("50 %")', rank: 300, limit: 1.7 },
  { name: 'rank=400 ("66 %")', rank: 400, limit: 2.1 },
] as const;

interface Outcome {
  readonly precision: number;
  readonly sizes: Sizes;
  readonly uint8: Sizes;
}

const root = resolve(import.meta.dirname, '../..');
const folder = process.argv[2] ?? FOLDER;
await startBackend('tensorflow');
const [train, test] = [pictures(folder, 'train'), pictures(folder, 'test')];

async function runArm(seed: number, { name, rank }: (typeof ARMS)[number]): Promise<Outcome> {
  const result = join(SCRATCH, `seed-${seed}-${rank ?? 'dense'}.json`);
  if (existsSync(result)) return JSON.parse(readFileSync(result, 'utf8'));
  console.error(`seed ${seed}, ${name}`);
  const compression = rank
    ? new CompressionWrapper([lowRank]).getApplyCompression(parseHParams(`${SCHEDULE},rank=${rank}`))
    : undefined;
  const network = createNetwork(seed, compression);
  const training = await continuedTraining(network, train, seed);
  await runTo(training, STEPS);
  training.averages.applyToVariables();
  const precision = await precisionAt1((inputs) => network.logits(inputs, false), test);
  const stripped = await strip(network);
  training.dispose();
  network.dispose();
  const outcome = { precision, sizes: sizesOf(stripped), uint8: sizesAsUint8(stripped) };
  writeFileSync(result, JSON.stringify(outcome));
  console.error(`seed ${seed}, ${name}: ${(precision * 100).toFixed(2)} %`);
  return outcome;
}

const bySeed: Outcome[][] = [];
for (const seed of SEEDS) {
  const outcomes: Outcome[] = [];
  for (const arm of ARMS) outcomes.push(await runArm(seed, arm));
  bySeed.push(outcomes);
}

function cells(index: number): string[] {
  const { name, limit } = ARMS[index];
  const outcomes = bySeed.map((arms) => arms[index]);
  const dense = bySeed.map((arms) => arms[0]);
  const points = outcomes.map(({ precision }) => precision * 100);
  const losses = outcomes.map(({ precision }, seed) => (dense[seed].precision - precision) * 100);
  const ratio = (key: keyof Sizes) => {
    return mean(outcomes.map(({ sizes }) => sizes[key])) / mean(dense.map(({ sizes }) => sizes[key]));
  };
  const kilobytes = (values: readonly number[]) => `${(mean(values) / 1000).toFixed(0)} kB`;
  return [
    name,
    `${mean(points).toFixed(2)} ± ${deviation(points).toFixed(2)} %`,
    index === 0 ? '' : `${mean(losses).toFixed(2)} ± ${deviation(losses).toFixed(2)} (at most ${limit})`,
    ratio('compressedLayers').toFixed(3),
    ratio('parameters').toFixed(3),
    kilobytes(outcomes.map(({ sizes }) => sizes.bytes)),
    kilobytes(outcomes.map(({ sizes }) => sizes.gzippedBytes)),
    kilobytes(outcomes.map(({ uint8 }) => uint8.gzippedBytes)),
  ];
}

const table = markdownTable(
  ['network', 'precision @ 1', 'points lost', 'layers', 'parameters', 'bytes', 'gzipped', 'uint8, gzipped'],
  ARMS.map((_, index) => cells(index)),
);
const text = `# Fashion-MNIST through the CIFAR-10 network

Mean ± standard deviation over seeds ${SEEDS.join(', ')} on the native backend, for all ${test.count.toLocaleString('en-US')} test images, with the moving averages of
the weights. ${STEPS.toLocaleString('en-US')} steps with batches of ${BATCH} (the reference's default is 128), everything else as in \`examples/cifar10\`: the network, learning
rate, distortions and weight decay of the Python library's CIFAR-10 program. The three networks of a seed share the first ${SHARED.toLocaleString('en-US')} steps,
which are dense. Then one continues dense, and the others compress \`local3\` and \`local4\` with
\`${SCHEDULE}\`.

"50 %" and "66 %" are the reference's names for these two ranks, and the points in brackets are its loss with them on CIFAR-10. Layers and
parameters are fractions of the dense network: values of the two compressed layers, and of the whole network. Bytes count the file that
\`train\` writes; the last column is its size with one byte for each value, gzipped. Made by \`pnpm --filter @gcompress/benchmarks fashion-cifar\`.

${table}
`;
console.log(text);
writeFileSync(join(root, 'docs/results/fashion-mnist.md'), text);
