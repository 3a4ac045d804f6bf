// CPU seconds of compressNow on the classifiers of nsfwjs, without data and with pictures, and the largest memory. With names of models as
// arguments, only these are measured; `data-free` leaves the pictures out. Prints one line for each step.
import { type Calibration, calibrate } from '@gcompress/calibration';
import { startBackend } from '@gcompress/example-program';
import { compressNow } from '@gcompress/post-training';
import { wasmKernels } from '@gcompress/wasm-kernels';
import * as tf from '@tensorflow/tfjs';
import { npmPackage } from './downloads.ts';
import { MODELS, type RealModel } from './models.ts';
import { loadPictures, type Pictures } from './pictures.ts';

/** Bytes of the file for each value of the model. */
const BYTES_OF_VALUE = 0.4;

const wanted = process.argv.slice(2).filter((word) => word !== 'data-free');
const isDataFree = process.argv.includes('data-free');
await startBackend('wasm');
const kernels = await wasmKernels();
const pictures = isDataFree ? undefined : loadPictures();
for (const model of MODELS.filter(({ title }) => title.startsWith('nsfwjs'))) {
  if (wanted.length > 0 && !wanted.some((word) => model.title.includes(word))) continue;
  const folder = npmPackage(model.from);
  if (folder !== undefined) await measure(model, folder, pictures);
}

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
  await timed(`${title}: compressNow without data`, () => compress());
  if (!all) return;
  const running = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  const inputs = model.inputs('calibration', all);
  const known = await timed(`${title}: calibrate, ${inputs.shape[0]} pictures`, () =>
    calibrate(running, inputs, { batchSize: model.batchSize }),
  );
  await timed(`${title}: compressNow with moments`, () => compress(known));
  tf.dispose(inputs);
  running.dispose();
}

async function timed<T>(title: string, run: () => Promise<T>): Promise<T> {
  const before = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(before);
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(`${title}: ${((user + system) / 1e6).toFixed(1)} CPU s, at most ${memory} MiB so far`);
  return result;
}
