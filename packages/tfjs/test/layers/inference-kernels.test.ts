// Kernels of third parties in packed layers: when they are asked, what they get, and which are refused.
import { kMeans } from '@gcompress/kmeans';
import { compressAtOnce } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compressModel,
  executionReport,
  type InferenceKernel,
  type KernelSource,
  registerCompressedLayers,
  stripCompression,
} from '../../src/layers/index.ts';
import { tfOps } from '../../src/weight/tf-ops.ts';
import { useTestBackend } from '../backend.ts';

beforeAll(async () => {
  await useTestBackend();
});

/** A kernel that unpacks at each call, and counts what it is asked. */
function countingKernel() {
  const asked = { prepared: 0, multiplied: 0, lookedUp: 0, disposed: 0 };
  const reconstruct = ({ format, form, packed }: KernelSource) =>
    format.reconstruct(
      tfOps,
      Object.fromEntries(
        Object.entries(format.unpack(packed())).map(([name, { data, shape, dtype }]) => [
          name,
          tf.tensor(data, [...shape], dtype),
        ]),
      ),
      form,
    );
  const kernel: InferenceKernel<KernelSource> = {
    format: 'kmeans',
    backend: tf.getBackend(),
    supports: ({ config }) => config.blockSize === 1,
    pays: () => false,
    prepare: (source) => {
      asked.prepared++;
      return source;
    },
    multiply: (x, source) => {
      asked.multiplied++;
      return tf.matMul(x, reconstruct(source));
    },
    lookup: (ids, source) => {
      asked.lookedUp++;
      return tf.gather(reconstruct(source), ids);
    },
    heldBytes: () => 12,
    dispose: () => {
      asked.disposed++;
    },
  };
  return { kernel, asked };
}

/** An embedding, and two dense layers of which one is compressed. */
async function compressed(): Promise<tf.LayersModel> {
  const model = tf.sequential({
    layers: [
      tf.layers.embedding({ inputDim: 30, outputDim: 8, inputLength: 4, name: 'words' }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 10, name: 'hidden' }),
    ],
  });
  const made = compressModel(model, { method: kMeans({ levels: 6 }), schedule: compressAtOnce(), minWeights: 100 });
  made.model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  await made.model.fit(tf.ones([4, 4]), tf.ones([4, 10]), { epochs: 1, verbose: 0, callbacks: made.callback });
  return made.model;
}

describe('a kernel of a third party', () => {
  it('multiplies and looks up where memory counts, is prepared once, and is disposed with the model', async () => {
    const { kernel, asked } = countingKernel();
    const model = await compressed();
    const plain = stripCompression(model);
    const small = stripCompression(model, { prefer: 'memory', inferenceKernels: [kernel] });
    expect(executionReport(small)).toEqual([]);
    const ids = tf.tensor2d([[0, 3, 29, 7]]);
    const [expected, actual] = [plain, small].map((each) => each.predict(ids) as tf.Tensor);
    expect(tf.max(tf.abs(tf.sub(expected, actual))).dataSync()[0]).toBeLessThan(1e-6);
    const before = tf.memory().numTensors;
    tf.dispose(small.predict(ids));
    expect(tf.memory().numTensors).toBe(before);
    expect(asked).toEqual({ prepared: 2, multiplied: 2, lookedUp: 2, disposed: 0 });
    const report = executionReport(small);
    // Six levels, and 240 codes of three bits in words of 32
    const packedBits = 4 * (6 + 23);
    // The entropy coder may save a word, as the random weights have it
    expect(report[0].storedBytes).toBeLessThanOrEqual(packedBits);
    expect(report).toEqual([
      expect.objectContaining({
        layer: 'words',
        name: 'embeddings',
        format: 'kmeans',
        execution: 'kernel',
        heldBytes: packedBits + 12,
        callBytes: 0,
      }),
      expect.objectContaining({ layer: 'hidden', name: 'kernel', format: 'kmeans', execution: 'kernel' }),
    ]);
    small.dispose();
    expect(asked.disposed).toBe(2);
  });

  it('multiplies by the transpose for gradients, if it can, without unpacking the matrix', async () => {
    const { kernel } = countingKernel();
    const model = await compressed();
    const slopes = [kernel, { ...kernel, multiplyTransposed: (y: tf.Tensor) => tf.fill([y.shape[0], 32], 7) }].map(
      (one) => {
        const small = stripCompression(model, { prefer: 'memory', inferenceKernels: [one] });
        const hidden = small.getLayer('hidden');
        const slope = tf.tidy(() =>
          tf
            .grad((x) => tf.sum(hidden.apply(x) as tf.Tensor))(tf.ones([2, 32]))
            .dataSync(),
        );
        small.dispose();
        return slope;
      },
    );
    expect(slopes[0].some((value) => value !== 7)).toBe(true);
    expect(Array.from(slopes[1])).toEqual(Array.from({ length: 64 }, () => 7));
    model.dispose();
  });

  it('is left out where speed counts and it does not pay; the report says what is used instead', async () => {
    const { kernel, asked } = countingKernel();
    const small = stripCompression(await compressed(), { inferenceKernels: [kernel] });
    tf.dispose(small.predict(tf.ones([1, 4])));
    expect(asked.prepared).toBe(0);
    const report = executionReport(small);
    expect(report.map(({ layer, execution }) => `${layer}: ${execution}`)).toEqual(['words: dense', 'hidden: dense']);
    expect(report[1].heldBytes).toBe(report[1].storedBytes + 4 * 32 * 10);
  });

  it('is used for the batches for which it pays, beside the dense matrix for the others', async () => {
    const { kernel, asked } = countingKernel();
    const model = await compressed();
    const stored = stripCompression(model);
    const before = tf.memory();
    const small = stripCompression(model, { inferenceKernels: [{ ...kernel, pays: () => ({ from: 3, to: 20 }) }] });
    const answers = (rows: number, from: tf.LayersModel) => {
      const ids = tf.tensor2d(
        Array.from({ length: 4 * rows }, (_, i) => i % 30),
        [rows, 4],
      );
      const values = tf.tidy(() => (from.predict(ids, { batchSize: 64 }) as tf.Tensor).dataSync());
      ids.dispose();
      return values;
    };
    const hidden = () => {
      const { execution, batches } = executionReport(small)[1];
      return { execution, batches };
    };
    for (const rows of [1, 4, 30, 2, 5]) {
      const [actual, expected] = [answers(rows, small), answers(rows, stored)];
      for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5);
      // An id is a row of its own: four for each row of the model
      const inRange = rows >= 3 && rows <= 20;
      expect(hidden()).toEqual({
        execution: inRange ? 'kernel' : 'dense',
        batches: inRange ? { from: 3, to: 20 } : rows < 3 ? { from: 1, to: 2 } : { from: 21 },
      });
    }
    expect(executionReport(small)[0].batches).toEqual({ from: 3, to: 20 });
    // Once for each layer, at the first call with such a batch
    expect(asked.prepared).toBe(2);
    const [, { heldBytes, storedBytes }] = executionReport(small);
    // One dense matrix for both sides of the range
    expect(heldBytes).toBeLessThan(storedBytes + 12 + 2 * 4 * 32 * 10);
    expect(heldBytes).toBeGreaterThan(12 + 4 * 32 * 10);
    expect(small.getWeights().map((weight) => weight.dataSync())).toEqual(
      stored.getWeights().map((weight) => weight.dataSync()),
    );
    small.dispose();
    expect(asked.disposed).toBe(2);
    stored.dispose();
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before.numTensors);
    model.dispose();
  });

  it.each([
    ['no list', 'fast'],
    ['a list of names', ['kmeans']],
    ['a kernel without dispose', [{ ...countingKernel().kernel, dispose: undefined }]],
    ['a lookup that is no function', [{ ...countingKernel().kernel, lookup: 'rows' }]],
    ['nothing', null],
  ])('is refused if it is incomplete: %s', async (_, inferenceKernels) => {
    const model = await compressed();
    const house = expect.objectContaining({
      code: 'invalid-option',
      message: expect.stringContaining('inferenceKernels'),
    });
    expect(() => stripCompression(model, { inferenceKernels } as never)).toThrow(house);
    expect(() => registerCompressedLayers([kMeans], [], inferenceKernels as never)).toThrow(house);
  });

  it.each([null, 7, 'model', {}])('the report refuses %o', (model) => {
    expect(() => executionReport(model as never)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});
