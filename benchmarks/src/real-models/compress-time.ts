// CPU seconds of compressNow on the classifiers of nsfwjs, without data and with pictures, and the largest memory. With names of models as
// arguments, only these are measured; `data-free` leaves the pictures out. Prints one line for each step; a run over all writes
// docs/results/compress-time.md.
import { writeFileSync } from 'node:fs';
import { type Calibration, calibrate } from '@gcompress/calibration';
import { startBackend } from '@gcompress/example-program';
import { compressNow } from '@gcompress/post-training';
import { wasmKernels } from '@gcompress/wasm-kernels';
import * as tf from '@tensorflow/tfjs';
import { markdownTable } from '../statistics.ts';
import { npmPackage } from './downloads.ts';
import { MODELS, type RealModel } from './models.ts';
import { loadPictures, type Pictures } from './pictures.ts';

/** Bytes of the file for each value of the model. */
const BYTES_OF_VALUE = 0.4;

/** Goals for InceptionV3: CPU seconds without data, and with the calibration; memory as a multiple of its float32 bytes and MiB beyond. */
const GOALS = { dataFree: 30, calibrated: 240, times: 2.5, beyond: 500 };

const rows: string[][] = [];
const wanted = process.argv.slice(2).filter((word) => word !== 'data-free');
const isDataFree = process.argv.includes('data-free');
await startBackend('wasm');
const kernels = await wasmKernels();
const pictures = isDataFree ? undefined : loadPictures();
// The largest first, because memory is that of the process so far
for (const model of MODELS.filter(({ title }) => title.startsWith('nsfwjs')).reverse()) {
  if (wanted.length > 0 && !wanted.some((word) => model.title.includes(word))) continue;
  const folder = npmPackage(model.from);
  if (folder !== undefined) await measure(model, folder, pictures);
}
if (!isDataFree && wanted.length === 0) writePage();

async function measure(model: RealModel, folder: string, all: Pictures | undefined): Promise<void> {
  const artifacts = model.read(folder);
  const values = (artifacts.weightSpecs ?? []).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const compress = (known?: Calibration) =>
    compressNow(artifacts, {
      budget: { bytes: Math.floor(BYTES_OF_VALUE * values) },
      ...(known && { inputMoments: known.moments }),
      minElements: 1000,
      kernels,
    });
  const title = `${model.title}, ${values.toLocaleString('en')} values`;
  const isLarge = model.title.includes('InceptionV3');
  const most = Math.round((GOALS.times * 4 * values) / 2 ** 20 + GOALS.beyond);
  const plain = await timed(`${title}: compressNow without data`, () => compress());
  addRow(title, 'without data', plain, isLarge ? GOALS.dataFree : undefined, isLarge ? most : undefined);
  if (!all) return;
  const running = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  const inputs = model.inputs('calibration', all);
  const { result: known, seconds } = await timed(`${title}: calibrate, ${inputs.shape[0]} pictures`, () =>
    calibrate(running, inputs, { batchSize: model.batchSize }),
  );
  const calibrated = await timed(`${title}: compressNow with moments`, () => compress(known));
  const both = { seconds: seconds + calibrated.seconds, memory: calibrated.memory };
  const what = `calibration with ${inputs.shape[0]} pictures, and compression`;
  addRow(title, what, both, isLarge ? GOALS.calibrated : undefined, isLarge ? most : undefined);
  tf.dispose(inputs);
  running.dispose();
}

interface Timed<T> {
  readonly result: T;
  /** CPU seconds. */
  readonly seconds: number;
  /** Largest resident memory of the process so far, in MiB. */
  readonly memory: number;
}

async function timed<T>(title: string, run: () => Promise<T>): Promise<Timed<T>> {
  const before = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(`${title}: ${seconds.toFixed(1)} CPU s, at most ${memory} MiB so far`);
  return { result, seconds, memory };
}

function addRow(
  title: string,
  what: string,
  { seconds, memory }: Omit<Timed<unknown>, 'result'>,
  mostSeconds?: number,
  mostMemory?: number,
): void {
  const goal = (value: number, most: number | undefined, unit: string) =>
    most === undefined ? '' : ` (goal ${most} ${unit}: ${value <= most ? 'met' : 'missed'})`;
  const time = `${seconds.toFixed(1)} s${goal(seconds, mostSeconds, 's')}`;
  rows.push([title, what, time, `${memory} MiB${goal(memory, mostMemory, 'MiB')}`]);
}

function writePage(): void {
  const text = `# Time and memory of \`compressNow\`

CPU seconds on the wasm backend, which computes in one thread, so that a quiet machine takes about as long; ${BYTES_OF_VALUE} bytes for each value. Memory is the
largest of the whole process so far, with TensorFlow.js and, of later rows, the rows before. Made by
\`pnpm --filter @gcompress/benchmarks compress-time\`.

${markdownTable(['model', 'what', 'CPU time', 'memory'], rows)}
`;
  console.log(text);
  writeFileSync(new URL('../../../docs/results/compress-time.md', import.meta.url), text);
}
