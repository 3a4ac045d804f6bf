// What `gcompress compress --max-bytes` makes of published models, beside the best file of about that size that calls of the API made. Writes
// docs/results/command-line.md; the API's files are those that `real-models` measured last.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBackend } from '@gcompress/example-program';
import { packedModel } from '@gcompress/packed/load';
import { modelFolder } from '@gcompress/tfjs/files';
import * as tf from '@tensorflow/tfjs';
import { markdownTable } from '../statistics.ts';
import { npmPackage } from './downloads.ts';
import { part, uint8Of } from './goals.ts';
import { lastMeasured } from './measured.ts';
import { MODELS } from './models.ts';
import { loadPictures } from './pictures.ts';
import { answersOf } from './run-model.ts';
import type { Knowledge, SmallFile } from './small-files.ts';

const PROGRAM = fileURLToPath(new URL('../../../packages/cli/src/cli.ts', import.meta.url));
/** Models, sizes as parts of the uint8 file, and options of the command for each kind of knowledge. */
const RUNS = [
  { title: 'ESRGAN slim', parts: [0.31, 0.25], more: ['--sequential'] },
  { title: 'nsfwjs MobileNetV2', parts: [0.75, 0.6], more: ['--batch-size', '8'] },
  // The places where the API's calls measure gains
  {
    title: 'nsfwjs MobileNetV2',
    parts: [0.75, 0.6],
    more: ['--batch-size', '8', '--gains-at', 'flatten_1,dense_2,outputs'],
  },
] as const;

await startBackend('wasm');
const pictures = loadPictures();
const folder = mkdtempSync(join(tmpdir(), 'gcompress-command-line-'));
const rows: string[][] = [];
try {
  for (const run of RUNS) await measure(run);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const table = markdownTable(
  ['model', 'made with', 'gains at', 'the command', 'its quality', 'the API', 'its quality'],
  rows,
);
const text = `# The command line on published models

Files of \`gcompress compress MODEL --max-bytes SIZE\` with \`--noise\` or \`--inputs\`, for ESRGAN slim also with \`--sequential\`, beside the best file of
[the API](real-models.md) of at most 0.5 % more than this size. Sizes are fractions of the converter's uint8 with gzip; quality is as there. Inputs are the same. The command
measures gains before a final softmax, or where \`--gains-at\` says; the API's calls for classifiers measure them at two hidden layers and the outputs. Made by
\`pnpm --filter @gcompress/benchmarks command-line\`.

${table}
`;
console.log(text);
writeFileSync(new URL('../../../docs/results/command-line.md', import.meta.url), text);

async function measure({ title, parts, more }: (typeof RUNS)[number]): Promise<void> {
  const model = MODELS.find((one) => one.title === title);
  const source = model && npmPackage(model.from);
  const measured = model && lastMeasured(model);
  if (!model || !pictures || source === undefined || !measured) throw new Error(`measure ${title} first: real-models`);
  const artifacts = model.read(source);
  const stored = join(folder, title.replaceAll(' ', '-'));
  await modelFolder(stored).save?.(artifacts);
  const seen = model.inputs('evaluation', pictures);
  const answers = (handler: tf.io.IOHandler) => answersOf(handler, seen, model);
  const original = await answers(tf.io.fromMemory(artifacts));
  const inputs = `${stored}.npy`;
  tf.tidy(() => writeArray(inputs, model.inputs('calibration', pictures)));
  const uint8 = uint8Of(measured.files);
  const gainsAt = more.find((_, at) => more[at - 1] === '--gains-at') ?? 'logits';
  const knowledge = { 'no data': ['--noise', model.range.join('..')], inputs: ['--inputs', inputs] };
  for (const size of parts) {
    for (const [known, options] of Object.entries(knowledge)) {
      const out = `${stored}-${known.replace(' ', '-')}-${size}.gcm`;
      const most = Math.floor(size * uint8.bytes);
      const args = ['compress', stored, '--max-bytes', `${most}`, '--min-elements', '1000', '--out', out];
      execFileSync('npx', ['tsx', PROGRAM, ...args, ...more, ...options], { stdio: ['ignore', 'ignore', 'inherit'] });
      const bytes = readFileSync(out);
      const quality = model.measure.compare(original, await answers(packedModel(bytes)));
      const own: SmallFile = { title: '', knowledge: known as Knowledge, bytes: bytes.length, quality };
      const best = bestOf(measured.files, own.knowledge, 1.005 * most);
      const cells = (file: SmallFile | undefined) =>
        file ? [part(file, uint8), model.measure.print(file.quality).join(', ')] : ['', ''];
      rows.push([title, known, gainsAt, ...cells(own), ...cells(best)]);
      console.error(rows.at(-1)?.join(' '));
    }
  }
  seen.dispose();
}

/** The best file of at most so many bytes. */
function bestOf(files: readonly SmallFile[], knowledge: Knowledge, most: number): SmallFile | undefined {
  return files
    .filter((file) => file.knowledge === knowledge && file.bytes <= most)
    .sort((a, b) => b.quality[0] - a.quality[0])[0];
}

/** Writes float32 values as a `.npy` file of version 1. */
function writeArray(path: string, tensor: tf.Tensor): void {
  const about = `{'descr': '<f4', 'fortran_order': False, 'shape': (${tensor.shape.join(', ')}), }`;
  const header = `${about.padEnd(Math.ceil((about.length + 11) / 64) * 64 - 11)}\n`;
  const length = Uint16Array.of(header.length);
  const start = Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), Buffer.from(length.buffer)]);
  const values = tensor.dataSync() as Float32Array;
  const data = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  writeFileSync(path, Buffer.concat([start, Buffer.from(header, 'latin1'), data]));
}
