// The gain of calibration without training: a 784-300-100-10 network, packed with and without the moments of its inputs. Writes
// docs/results/calibrated.md. Takes about five minutes on two quiet cores.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { calibrate } from '@gcompress/calibration';
import type { InputMoments, MatrixCompressor } from '@gcompress/core';
import { mnist } from '@gcompress/example-datasets';
import { compile, LEARNING_RATE, network, tensors } from '@gcompress/example-mnist/network';
import { stepsPerEpoch, train } from '@gcompress/example-mnist/train';
import { startBackend } from '@gcompress/example-program';
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { lowRank } from '@gcompress/lowrank';
import { lowRankFormat } from '@gcompress/lowrank/format';
import { pack } from '@gcompress/packed';
import { rowDecoder } from '@gcompress/packed/formats';
import { packedModel } from '@gcompress/packed/load';
import { cosineDecay, learningRateCallback } from '@gcompress/tfjs/callbacks';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { deviation, markdownTable, mean } from './statistics.ts';

const SEEDS = [3, 4, 5];
const EPOCHS = 12;
/** Number of unlabelled training images for calibration. */
const SEEN = 512;
/** Values from which on a layer is compressed; the last one, of 1,000, is not. */
const LEAST = 2000;

interface Way {
  readonly title: string;
  readonly method: MatrixCompressor;
  /** Largest error in percent that calibration should leave. */
  readonly goal?: number;
}

const WAYS: readonly Way[] = [
  { title: 'low rank 32', method: lowRank({ rank: 32 }), goal: 2.0 },
  { title: 'low rank 16', method: lowRank({ rank: 16 }) },
  { title: 'k-means, 3 bits', method: kMeans({ bits: 3 }), goal: 1.62 },
  { title: 'k-means, 2 bits', method: kMeans({ bits: 2 }), goal: 1.9 },
  { title: 'uniform, 3 bits', method: uniform({ bits: 3 }), goal: 1.62 },
  { title: 'uniform, 2 bits', method: uniform({ bits: 2 }), goal: 1.9 },
  { title: 'uniform, 1 bit', method: uniform({ bits: 1 }) },
];
const formats = [rowDecoder(kMeansFormat), rowDecoder(lowRankFormat)];

await startBackend();
const digits = mnist('train');
const test = mnist('test');
const everyone = Int32Array.from({ length: test.count }, (_, i) => i);
const unseen = tensors(test, everyone);
const labels = test.labels;

/** Test error in percent. */
function errorOf(model: tf.LayersModel): number {
  const answers = tf.tidy(() => (model.predict(unseen.xs, { batchSize: 500 }) as tf.Tensor).argMax(1).dataSync());
  return (100 * answers.filter((answer, i) => answer !== labels[i]).length) / test.count;
}

async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  const saved: tf.io.ModelArtifacts[] = [];
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    saved.push(artifacts);
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  });
  await model.save(handler);
  return saved[0];
}

/** Bytes of the packed file, and the test error of what is loaded from it. */
async function packed(
  artifacts: tf.io.ModelArtifacts,
  method: MatrixCompressor,
  inputMoments: ReadonlyMap<string, InputMoments>,
) {
  const { bytes } = await pack(artifacts, { method, minElements: LEAST, inputMoments });
  const model = await tf.loadLayersModel(packedModel(bytes, { formats }));
  const error = errorOf(model);
  model.dispose();
  return { bytes: bytes.length, error };
}

const dense: number[] = [];
const results = WAYS.map(() => ({
  plain: [] as number[],
  calibrated: [] as number[],
  bytes: [] as number[],
  plainBytes: [] as number[],
}));
for (const seed of SEEDS) {
  const model = network(seed);
  compile(model);
  const falling = learningRateCallback(cosineDecay({ initial: LEARNING_RATE, steps: EPOCHS * stepsPerEpoch(digits) }));
  const { signal } = new AbortController();
  await train(model, { digits, seed, epochs: [0, EPOCHS], callbacks: [falling], signal, onBatch: () => {} });
  dense.push(errorOf(model));
  const seen = tensors(
    digits,
    Int32Array.from({ length: SEEN }, (_, i) => i),
  );
  const { moments } = await calibrate(model, seen.xs, { batchSize: 128 });
  const artifacts = await artifactsOf(model);
  for (const [i, { method }] of WAYS.entries()) {
    const plain = await packed(artifacts, method, new Map());
    const calibrated = await packed(
      artifacts,
      method,
      new Map([...moments].filter(([name]) => !name.startsWith('out/'))),
    );
    results[i].plain.push(plain.error);
    results[i].plainBytes.push(plain.bytes);
    results[i].calibrated.push(calibrated.error);
    results[i].bytes.push(calibrated.bytes);
  }
  model.dispose();
  tf.dispose([seen.xs, seen.ys]);
  console.error(`seed ${seed}: done`);
}

const percent = (errors: readonly number[]) => `${mean(errors).toFixed(2)} ± ${deviation(errors).toFixed(2)} %`;
const kilobytes = (bytes: readonly number[]) => `${(mean(bytes) / 1000).toFixed(1)} kB`;
const table = markdownTable(
  ['method', 'file, plain', 'error, plain', 'file, calibrated', 'error, calibrated', 'goal'],
  WAYS.map(({ title, goal }, i) => {
    const { plain, plainBytes, calibrated, bytes } = results[i];
    const verdict = goal === undefined ? '' : `≤ ${goal} %: ${mean(calibrated) <= goal ? 'met' : 'missed'}`;
    return [title, kilobytes(plainBytes), percent(plain), kilobytes(bytes), percent(calibrated), verdict];
  }),
);
const text = `# Calibrated without training

A 784-300-100-10 network, trained for ${EPOCHS} epochs on MNIST, then packed by \`pack\` without further training: once without moments, once with
moments that \`calibrate\` measured on ${SEEN} unlabelled training images. Test error, mean ± standard deviation over seeds ${SEEDS.join(', ')}; the dense networks
have ${percent(dense)}. Bytes count the whole packed file; the dense weights take 1,066.4 kB. The last layer, of 1,000 weights, stays float16.
All layers are calibrated on the inputs of the dense network, and no bias is corrected. Nothing was tuned on these networks. The
goals were set for dense networks with an error of 1.51 %. Made by
\`pnpm --filter @gcompress/benchmarks calibrated\`.

${table}
`;
console.log(text);
writeFileSync(resolve(import.meta.dirname, '../../docs/results/calibrated.md'), text);
