// Whether folding BatchNorm makes quantisation better: a published layers model at several sizes, folded and not. Writes
// docs/results/folded.md.
import { writeFileSync } from 'node:fs';
import { startBackend } from '@gcompress/example-program';
import { pack, type WeightMethod } from '@gcompress/packed';
import { packedModel } from '@gcompress/packed/load';
import { type CompressNowOptions, compressNow } from '@gcompress/post-training';
import { foldBatchNorm } from '@gcompress/rewrite';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { npmPackage } from './real-models/downloads.ts';
import { MODELS, type RealModel } from './real-models/models.ts';
import { loadPictures } from './real-models/pictures.ts';
import { answersOf } from './real-models/run-model.ts';
import { markdownTable } from './statistics.ts';

/** Evaluation inputs: enough for the errors of features, which are averages over many values. */
const SEEN = 16;
/** Weights with fewer values stay as they are, as in real-models. */
const LEAST = 1000;

const { name: backend } = await startBackend('wasm');
const model = MODELS.find(({ title }) => title === 'nsfwjs MobileNetV2') as RealModel;
const folder = npmPackage(model.from);
const pictures = loadPictures();
if (!pictures || folder === undefined) {
  console.error('No model or no pictures, so nothing is measured: both are downloaded, or must be in the cache.');
  process.exit();
}
const artifacts = model.read(folder);
const all = model.inputs('evaluation', pictures);
// The crops of a picture follow each other, so they are taken from all over
const places = Int32Array.from({ length: SEEN }, (_, at) => at * Math.floor(all.shape[0] / SEEN));
const seen = tf.tidy(() => tf.gather(all, tf.tensor1d(places)));
all.dispose();
const answers = (handler: tf.io.IOHandler) => answersOf(handler, seen, model);
const original = await answers(tf.io.fromMemory(artifacts));
const { folded, kept, artifacts: rewritten } = foldBatchNorm(artifacts);
const exact = model.measure.compare(original, await answers(tf.io.fromMemory(rewritten)));
const rows: string[][] = [];
const methods: [string, CompressNowOptions][] = [6, 5, 4].flatMap((bits): [string, CompressNowOptions][] => [
  [`${bits} bits, a step for each column`, { method: uniform({ bits, steps: 'column' }) }],
  [`${bits} bits, one step`, { method: uniform({ bits }) }],
  [`${bits} bits, depthwise kernels in float16`, { method: besidesDepthwise(bits) }],
]);
for (const [title, options] of methods) {
  const cells: string[] = [];
  for (const isFolded of [false, true]) {
    const small = await compressNow(artifacts, { ...options, minElements: LEAST, foldBatchNorm: isFolded });
    const { bytes } = await pack(small.artifacts, { matrices: small.matrices });
    const quality = model.measure.compare(original, await answers(packedModel(bytes)));
    cells.push(bytes.length.toLocaleString('en'), ...model.measure.print(quality));
  }
  console.error(title, ...cells);
  rows.push([title, ...cells]);
}

const { titles } = model.measure;
const text = `# BatchNorm folded before compression

${model.title} (\`${model.from.name}\` ${model.from.version}) with \`compressNow\`, with and without \`foldBatchNorm\`, on the ${backend} backend. The
quality compares with the original on ${SEEN} pieces of pictures that no method saw. Made by \`pnpm --filter @gcompress/benchmarks folded\`.

${folded.length} BatchNorms are folded, ${kept.length} stay. Folding alone changes the features by ${exact[exact.length - 1].toExponential(1)}.

${markdownTable(['method', 'bytes', ...titles, 'bytes, folded', ...titles.map((one) => `${one}, folded`)], rows)}
`;
console.log(text);
writeFileSync(new URL('../../docs/results/folded.md', import.meta.url), text);

/** A step for each column, but depthwise kernels uncompressed: their matrix has one column, so that all channels share a step. */
function besidesDepthwise(bits: number): WeightMethod {
  const method = uniform({ bits, steps: 'column' });
  return ({ kind }) => (kind === 'depthwise' ? undefined : method);
}
