// A page that multiplies by stored codebooks on the WebGPU backend, and compares with the reconstructed matrix.
import { cpuOps, createRandom, type Shape2D } from '@gcompress/core';
import { codebookForm } from '@gcompress/fixtures/stored-matrices';
import { inferenceKernels } from '@gcompress/inference-kernels';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { executionReport, PackedLayer } from '@gcompress/tfjs/layers';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { layers, type Sequential, sequential } from '@tensorflow/tfjs-layers';

/** One product with a stored matrix. */
export interface ProductCase {
  readonly levels: number;
  readonly shape: Shape2D;
  readonly batch: number;
}

/** What became of a product. */
export interface ProductResult {
  readonly execution: string;
  readonly shape: readonly number[];
  /** The largest difference from the sums in float64, over the sum of absolute products. */
  readonly error: number;
  /** The same for the gradient of the sum of all outputs by x, over the sum of absolute entries of a row. */
  readonly gradientError: number;
  /** Whether the layer has the stored words after the call. */
  readonly isKept: boolean;
  /** Tensors that are left when all is disposed. */
  readonly leaked: number;
  /** Levels that are stored; no more than entries. */
  readonly used: number;
  /** Bytes that the layer holds. */
  readonly heldBytes: number;
}

declare global {
  /** Starts the backend, and names its adapter; undefined without an adapter. */
  var startWebGpu: () => Promise<string | undefined>;
  var multiplyOnWebGpu: (given: ProductCase) => Promise<ProductResult>;
}

globalThis.startWebGpu = async () => {
  const { gpu } = navigator as {
    readonly gpu?: { requestAdapter(): Promise<{ info?: { description: string; vendor: string } } | null> };
  };
  const adapter = await gpu?.requestAdapter();
  if (!adapter) return undefined;
  if (!(await tf.setBackend('webgpu'))) throw new Error("the backend 'webgpu' does not start");
  await tf.ready();
  return `${adapter.info?.vendor} ${adapter.info?.description}`.trim();
};

const kernels = inferenceKernels();

globalThis.multiplyOnWebGpu = async ({ levels, shape, batch }) => {
  const [rows, cols] = shape;
  const { format, packed } = codebookForm(kMeansFormat, levels, 1)(shape, levels + batch);
  const dense = format.reconstruct(cpuOps, format.unpack(packed), packed).data;
  const random = createRandom(batch + 1);
  const values = Float32Array.from({ length: batch * rows }, () => random.normal());
  const before = tf.memory().numTensors;
  const model: Sequential = sequential({
    layers: [
      new PackedLayer({
        layer: layers.dense({ units: cols, useBias: false, inputShape: [rows] }),
        matrices: [{ name: 'kernel', format, packed }],
        prefer: 'memory',
        inferenceKernels: kernels,
      }),
    ],
  });
  const words = () => Promise.all(model.getWeights().map(async (weight) => Array.from(await weight.data())));
  const stored = await words();
  const x = tf.tensor2d(values, [batch, rows]);
  const product = tf.tidy(() => model.apply(x) as tf.Tensor);
  const actual = await product.data();
  const [{ execution, heldBytes }] = executionReport(model);
  // The backend itself does not sum empty tensors
  const gradient =
    batch === 0 ? tf.zeros([0, rows]) : tf.tidy(() => tf.grad((input) => tf.sum(model.apply(input) as tf.Tensor))(x));
  const slope = await gradient.data();
  let error = 0;
  let gradientError = 0;
  for (let b = 0; b < batch; b++) {
    for (let col = 0; col < cols; col++) {
      let [sum, size] = [0, 1e-20];
      for (let row = 0; row < rows; row++) {
        const term = values[b * rows + row] * dense[row * cols + col];
        sum += term;
        size += Math.abs(term);
      }
      error = Math.max(error, Math.abs(actual[b * cols + col] - sum) / size);
    }
    for (let row = 0; row < rows; row++) {
      const entries = Array.from(dense).slice(row * cols, (row + 1) * cols);
      const size = entries.reduce((total, entry) => total + Math.abs(entry), 1e-20);
      const sum = entries.reduce((total, entry) => total + entry, 0);
      gradientError = Math.max(gradientError, Math.abs(slope[b * rows + row] - sum) / size);
    }
  }
  const isKept = JSON.stringify(await words()) === JSON.stringify(stored);
  const { shape: made } = product;
  tf.dispose([x, product, gradient]);
  model.dispose();
  const leaked = tf.memory().numTensors - before;
  return {
    execution,
    shape: made,
    error,
    gradientError,
    isKept,
    leaked,
    heldBytes,
    used: packed.tensors.codebook.shape[0],
  };
};
