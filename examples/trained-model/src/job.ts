// Trains a network, forgets how, and makes small files of it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mnist } from '@gcompress/example-datasets';
import { compile, network, tensors } from '@gcompress/example-mnist/network';
import { train } from '@gcompress/example-mnist/train';
import { pack } from '@gcompress/packed';
import { modelFolder } from '@gcompress/tfjs/files';
import * as tf from '@tensorflow/tfjs';
import type { Options } from './options.ts';
import { distilled, withData, withoutData } from './paths.ts';
import { folderBytes, saveFloat16, saveUint8 } from './rivals.ts';

/** A model on the disk. */
export interface Written {
  readonly name: string;
  /** A folder with stock files, or a packed file. */
  readonly path: string;
  readonly bytes: number;
}

/** Trains the network of `examples/mnist`, with as many units in its first layer as asked for, and saves it. */
export async function trainNetwork(folder: string, { images, units, epochs, seed }: Options): Promise<void> {
  const model = network(seed, units);
  compile(model);
  const signal = new AbortController().signal;
  await train(model, { digits: mnist('train', images), seed, epochs: [0, epochs], signal, onBatch: () => {} });
  await model.save(modelFolder(folder));
  model.dispose();
}

/** Writes the model in all forms. From here on, only the saved model and unlabelled images are in use. */
export async function writeFiles(options: Options, log: (line: string) => void): Promise<readonly Written[]> {
  const { bytes, samples, unlabelled, steps, output } = options;
  await mkdir(output, { recursive: true });
  const [float32, float16, uint8] = ['float32', 'float16', 'uint8'].map((name) => join(output, name));
  log('training the network');
  await trainNetwork(float32, options);
  const given = modelFolder(float32);
  await saveFloat16(given, float16);
  await saveUint8(given, uint8);
  const written: Written[] = [
    { name: 'float32', path: float32, bytes: await folderBytes(float32, false) },
    { name: 'float16', path: float16, bytes: await folderBytes(float16, false) },
    { name: 'uint8, gzip', path: uint8, bytes: await folderBytes(uint8, true) },
  ];
  const add = async (name: string, fileName: string, content: Uint8Array) => {
    const path = join(output, fileName);
    await writeFile(path, content);
    written.push({ name, path, bytes: content.length });
  };

  log('compressing without data');
  await add('compressNow, no data', 'no-data.gcm', await withoutData(given, bytes));
  log(`compressing with ${samples} unlabelled images`);
  const small = await withData(given, bytes, unlabelledImages(samples));
  const calibrated = await pack(small.artifacts, { matrices: small.matrices });
  await add(`with ${samples} images`, 'calibrated.gcm', calibrated.bytes);
  log(`distilling with ${unlabelled} unlabelled images, ${steps} steps`);
  const tuned = await distilled(given, small, unlabelledImages(unlabelled), steps);
  const { error, takenStep } = tuned.report;
  log(`error against the original ${error.before.toFixed(3)} → ${error.after.toFixed(3)}, from step ${takenStep}`);
  const last = await pack(tuned.artifacts, { matrices: tuned.matrices });
  await add('distilled', 'distilled.gcm', last.bytes);
  return written;
}

/** Pictures without their labels. */
export function unlabelledImages(count: number): tf.Tensor2D {
  const { xs, ys } = tensors(
    mnist('train', count),
    Int32Array.from({ length: count }, (_, image) => image),
  );
  tf.dispose(ys);
  return xs;
}
