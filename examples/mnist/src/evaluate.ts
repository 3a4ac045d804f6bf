// Measures saved models in a process that has only just loaded them.
import { pathToFileURL } from 'node:url';
import { mnist } from '@gcompress/example-datasets';
import { type Backend, startBackend } from '@gcompress/example-program';
import { modelFolder } from '@gcompress/tfjs/files';
import { registerCompressedLayers } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import { methods } from './compression.ts';
import { compile, tensors } from './network.ts';

/** What a saved model does in a process that has only just loaded it. */
export interface Evaluation {
  /** Part of the 10,000 test digits that it gets right. */
  readonly accuracy: number;
  readonly parameters: number;
  /** Bytes of all tensors that the model keeps, once it has predicted. */
  readonly memoryBytes: number;
  /** Median milliseconds for a batch of 1 and of 32. */
  readonly batch1Ms: number;
  readonly batch32Ms: number;
}

/** Loads the models in these folders one after the other and measures them. Each time is the median of `timedRuns` runs. */
export async function evaluateAll(folders: readonly string[], timedRuns: number): Promise<Evaluation[]> {
  registerCompressedLayers(methods);
  const digits = mnist('test');
  const { xs, ys } = tensors(
    digits,
    Array.from({ length: digits.count }, (_, i) => i),
  );
  const evaluations: Evaluation[] = [];
  for (const folder of folders) evaluations.push(await evaluate(folder, xs, ys, timedRuns));
  tf.dispose([xs, ys]);
  return evaluations;
}

async function evaluate(folder: string, xs: tf.Tensor2D, ys: tf.Tensor2D, timedRuns: number): Promise<Evaluation> {
  const first = xs.slice([0, 0], [1, 784]);
  const before = tf.memory().numBytes;
  const model = await tf.loadLayersModel(modelFolder(folder));
  tf.dispose(model.predict(first));
  const memoryBytes = tf.memory().numBytes - before;
  compile(model);
  const [loss, accuracy] = model.evaluate(xs, ys, { batchSize: 1000 }) as tf.Scalar[];
  const evaluation = {
    accuracy: accuracy.dataSync()[0],
    parameters: model.countParams(),
    memoryBytes,
    batch1Ms: medianMs(model, xs, 1, timedRuns),
    batch32Ms: medianMs(model, xs, 32, timedRuns),
  };
  tf.dispose([first, loss, accuracy]);
  model.dispose();
  return evaluation;
}

function medianMs(model: tf.LayersModel, xs: tf.Tensor2D, batch: number, runs: number): number {
  const input = xs.slice([0, 0], [batch, 784]);
  const run = () => {
    const start = performance.now();
    const output = model.predict(input) as tf.Tensor;
    output.dataSync();
    output.dispose();
    return performance.now() - start;
  };
  for (let i = 0; i < Math.min(50, runs); i++) run();
  const times = Array.from({ length: runs }, run).sort((a, b) => a - b);
  input.dispose();
  return times[Math.floor(runs / 2)];
}

// As a program: evaluate.ts <backend> <runs> <folder> … prints the evaluations as a line of JSON
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , backend, runs, ...folders] = process.argv;
  await startBackend(backend as Backend);
  process.stdout.write(`\n${JSON.stringify(await evaluateAll(folders, Number(runs)))}\n`);
}
