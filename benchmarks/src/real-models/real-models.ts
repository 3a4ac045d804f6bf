// Published models as small files without training: bytes and quality compared with stock TensorFlow.js files. Writes
// docs/results/real-models.md. With names of models as arguments, only these are measured, and the others stay as the last run left them; with
// `none` the page alone is written. A run that was stopped goes on with the files that it had not measured.
import { writeFileSync } from 'node:fs';
import { startBackend } from '@gcompress/example-program';
import { registerTrainingKernels } from '@gcompress/tfjs/backends';
import { markdownTable } from '../statistics.ts';
import { npmPackage } from './downloads.ts';
import { goalsTable, part, uint8Of } from './goals.ts';
import { keepMeasured, lastMeasured } from './measured.ts';
import { MODELS, type RealModel } from './models.ts';
import { loadPictures } from './pictures.ts';
import { type ModelFiles, smallFiles } from './small-files.ts';

const wanted = process.argv.slice(2);
const { name: backend } = await startBackend('wasm');
registerTrainingKernels();
const pictures = loadPictures();
if (!pictures) {
  console.error(
    'No pictures, so nothing is measured: the wheel of scikit-image must be in the cache, or a network be there.',
  );
  process.exit();
}
const results = new Map<RealModel, ModelFiles>();
const missing: string[] = [];
for (const model of MODELS) {
  const isWanted = wanted.length === 0 || wanted.some((word) => model.title.includes(word));
  const folder = isWanted ? npmPackage(model.from) : undefined;
  const before = lastMeasured(model);
  if (folder !== undefined) {
    const keep = (files: ModelFiles) => keepMeasured(model, files);
    keep(await smallFiles(model, folder, pictures, { before: before?.isPart ? before : undefined, keep }));
  }
  const files = lastMeasured(model);
  if (files === undefined) missing.push(model.title);
  else results.set(model, files);
}

const text = `# Real models

Published models without any training, on the ${backend} backend. Bytes count whole files: the packed file, or for stock files \`model.json\` and
weights, each gzipped. Quality compares the outputs with those of the original model, on inputs that no method saw: calibration and evaluation
use pieces of different pictures of scikit-image. The inputs of basic-pitch are synthetic plucked strings, because no recording is available.
Rate weights and targets were chosen with the pictures and outputs of ESRGAN slim, so its rows may be a little too favourable.
Weights are compressed one after the other only in small networks: each of them takes a run of both networks over all inputs. Made by
\`pnpm --filter @gcompress/benchmarks real-models\`; \`compress-time\` gives the CPU seconds of \`compressNow\`.

## Goals

The smallest measured file of the required quality, as a fraction of the converter's uint8 + gzip.

${goalsTable(results)}

${[...results].map(section).join('\n\n')}
${missing.length > 0 ? `\nNot measured: ${missing.join(', ')}.\n` : ''}`;
console.log(text);
writeFileSync(new URL('../../../docs/results/real-models.md', import.meta.url), text);

function section([model, { files, notes, isPart }]: [RealModel, ModelFiles]): string {
  const uint8 = uint8Of(files);
  const rows = files.map((file) => [
    file.title,
    file.knowledge,
    file.bytes.toLocaleString('en'),
    part(file, uint8),
    ...model.measure.print(file.quality),
  ]);
  const table = markdownTable(['file', 'made with', 'bytes', 'of uint8', ...model.measure.titles], rows);
  const state = isPart ? ['Not all files were measured: the run was stopped.'] : [];
  const { remark } = model;
  const remarks = [...(remark === undefined ? [] : [remark]), ...notes, ...state];
  return [`## ${model.title}`, `\`${model.from.name}\` ${model.from.version}.`, ...remarks, table].join('\n\n');
}
