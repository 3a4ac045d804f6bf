/**
 * One epoch of training over 1,000 MNIST images on the wasm backend as it is, on the wasm backend with the training kernels of
 * `@gcompress/tfjs/backends`, and on the plain JavaScript backend of TensorFlow.js, in the same process: a Dense network, and a
 * small convolutional one, which the wasm backend alone cannot train.
 *
 * Run: npx tsx src/wasm-training.ts [images]
 */

import { performance } from 'node:perf_hooks';
import { mnist } from '@gcompress/example-datasets';
import { selectBackend } from '@gcompress/tfjs/backends';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

const SIDE = 28;
const BATCH = 50;
const count = Number(process.argv[2] ?? 1000);

/** Where an epoch runs, in this order: once the kernels are registered there is no way back. */
const places = {
  'wasm, its own kernels': () => tf.setBackend('wasm'),
  'wasm, training kernels': () => selectBackend({ only: 'wasm' }),
  cpu: () => selectBackend({ only: 'cpu' }),
};

interface Network {
  readonly name: string;
  readonly layers: () => tf.layers.Layer[];
  readonly places: readonly (keyof typeof places)[];
}

const { conv2d, dense, flatten, maxPooling2d } = tf.layers;
const initializer = (seed: number) => tf.initializers.glorotUniform({ seed });

const networks: readonly Network[] = [
  {
    name: 'Dense 784-300-100-10',
    layers: () => [
      flatten({ inputShape: [SIDE, SIDE, 1] }),
      dense({ units: 300, activation: 'relu', kernelInitializer: initializer(1) }),
      dense({ units: 100, activation: 'relu', kernelInitializer: initializer(2) }),
      dense({ units: 10, activation: 'softmax', kernelInitializer: initializer(3) }),
    ],
    places: ['wasm, its own kernels', 'wasm, training kernels', 'cpu'],
  },
  {
    name: 'Small CNN',
    layers: () => [
      conv2d({
        inputShape: [SIDE, SIDE, 1],
        filters: 8,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer: initializer(1),
      }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ filters: 16, kernelSize: 3, activation: 'relu', kernelInitializer: initializer(2) }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 10, activation: 'softmax', kernelInitializer: initializer(3) }),
    ],
    places: ['wasm, training kernels', 'cpu'],
  },
];

function compiled(layers: tf.layers.Layer[]): tf.Sequential {
  const model = tf.sequential({ layers });
  model.compile({ optimizer: tf.train.adam(0.002), loss: 'categoricalCrossentropy' });
  return model;
}

/** Seconds of one epoch and its mean loss. The warm-up batch compiles what is compiled once. */
async function epoch({ layers }: Network): Promise<{ seconds: number; loss: number }> {
  const { images, labels } = mnist('train', count);
  const x = tf.tensor4d(images, [count, SIDE, SIDE, 1]);
  const y = tf.tidy(() => tf.oneHot(tf.tensor1d([...labels], 'int32'), 10).toFloat());
  const warmUp = compiled(layers());
  await warmUp.fit(x.slice(0, BATCH), y.slice(0, BATCH), { verbose: 0 });
  const model = compiled(layers());
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

const lines = new Map(networks.map((network) => [network, [] as string[]]));
for (const [place, start] of Object.entries(places)) {
  await start();
  for (const network of networks) {
    if (!network.places.some((name) => name === place)) continue;
    const { seconds, loss } = await epoch(network);
    lines.get(network)?.push(`  ${place.padEnd(22)}  ${seconds.toFixed(2).padStart(7)} s   loss ${loss.toFixed(4)}`);
  }
}
console.log(`One epoch over ${count} MNIST images, batches of ${BATCH}`);
for (const [{ name }, results] of lines) console.log([`${name}:`, ...results].join('\n'));
