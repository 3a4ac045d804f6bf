// Moments of the inputs of layers, against sums over patches that are written down directly.
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calibrate } from '../src/index.ts';
import { expectClose, momentsOf, normal } from './values.ts';

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

/** One model of one layer, its inputs and its moments. */
async function calibrated(layer: tf.layers.Layer, shape: number[], samples: number) {
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: shape }), layer] });
  const inputs = normal([samples, ...shape]);
  const data = await calibrate(model, inputs, { batchSize: 3 });
  const kernel = layer.weights[0];
  const moments = data.moments.get(kernel.originalName);
  const values = (await inputs.array()) as never;
  inputs.dispose();
  model.dispose();
  if (!moments) throw new Error('nothing was observed');
  return { data, moments, values };
}

describe('moments', () => {
  it('of Dense are sums over all rows of all samples', async () => {
    const { moments, values, data } = await calibrated(tf.layers.dense({ units: 2 }), [4, 3], 7);
    expect(moments).toMatchObject({ size: 3, count: 28 });
    expect(data.samples).toBe(7);
    expectClose(moments.values, momentsOf((values as number[][][]).flat()));
  });

  it.each([
    ['valid', 1, 1],
    ['same', 1, 1],
    ['same', 2, 1],
    ['valid', 2, 1],
    ['same', 1, 2],
    ['valid', 1, 2],
  ] as const)(
    'of Conv2D with padding %s, strides %i and dilation %i give its own outputs',
    async (padding, strides, dilationRate) => {
      const [height, width, channels] = [6, 5, 2];
      const layer = tf.layers.conv2d({
        filters: 3,
        kernelSize: [3, 2],
        padding,
        strides,
        dilationRate,
        useBias: false,
      });
      const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [height, width, channels] }), layer] });
      const inputs = normal([4, height, width, channels]);
      const { moments } = await calibrate(model, inputs);
      const seen = moments.get(layer.weights[0].originalName);
      if (!seen) throw new Error('nothing was observed');
      const { values, size, count } = seen;
      const { outputs, columns } = tf.tidy(() => {
        const predicted = model.predict(inputs) as tf.Tensor;
        const kernel = layer.getWeights()[0].reshape([size, 3]).transpose();
        const squares = predicted.square().sum([0, 1, 2]).arraySync() as number[];
        return { outputs: { size: predicted.size, squares }, columns: kernel.arraySync() as number[][] };
      });
      // Σ‖y‖² of each filter is its column through the moments, whatever the padding and the strides are
      for (const [filter, column] of columns.entries()) {
        let through = 0;
        for (let i = 0; i < size; i++)
          for (let j = 0; j < size; j++) through += column[i] * values[i * size + j] * column[j];
        expect(Math.abs(through / outputs.squares[filter] - 1)).toBeLessThan(1e-4);
      }
      expect(count).toBe(outputs.size / 3);
      model.dispose();
      inputs.dispose();
    },
  );

  it.each(['valid', 'same'] as const)('of Conv1D with padding %s are sums over patches', async (padding) => {
    const { moments, values } = await calibrated(tf.layers.conv1d({ filters: 2, kernelSize: 3, padding }), [5, 2], 4);
    const before = padding === 'same' ? 1 : 0;
    const count = padding === 'valid' ? 3 : 5;
    const patches = (values as number[][][]).flatMap((sample) =>
      Array.from({ length: count }, (_, at) => [0, 1, 2].flatMap((k) => sample[at - before + k] ?? [0, 0])),
    );
    expectClose(moments.values, momentsOf(patches));
  });

  it('of a recurrent kernel are sums over all steps', async () => {
    const { moments, values } = await calibrated(tf.layers.gru({ units: 4 }), [5, 3], 6);
    expectClose(moments.values, momentsOf((values as number[][][]).flat()));
  });

  it('of a shared layer are sums over its uses, inside of models too', async () => {
    const shared = tf.layers.dense({ units: 3, useBias: false, name: 'shared' });
    const x = tf.input({ shape: [3] });
    const inner = tf.model({ inputs: x, outputs: shared.apply(x) as tf.SymbolicTensor });
    const outer = tf.input({ shape: [3] });
    const once = inner.apply(outer) as tf.SymbolicTensor;
    const model = tf.model({ inputs: outer, outputs: inner.apply(once) as tf.SymbolicTensor });
    const inputs = normal([5, 3]);
    const { moments } = await calibrate(model, inputs);
    const middle = tf.tidy(() => tf.concat([inputs, inputs.matMul(shared.getWeights()[0] as tf.Tensor2D)]));
    expectClose(
      moments.get(shared.weights[0].originalName)?.values ?? new Float64Array(),
      momentsOf((await middle.array()) as number[][]),
    );
    tf.dispose([inputs, middle]);
    model.dispose();
    inner.dispose();
  });
});

describe('calibrate', () => {
  const network = () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [6, 6, 2], filters: 4, kernelSize: 3 }),
        tf.layers.reshape({ targetShape: [4, 4, 4, 1] }),
        tf.layers.conv3d({ kernelSize: 2, filters: 1, name: 'volume' }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 3, name: 'head' }),
      ],
    });

  const answers = (model: tf.LayersModel, inputs: tf.Tensor) =>
    tf.tidy(() => (model.predict(inputs) as tf.Tensor).dataSync().slice());

  it('leaves the model as it was, and names what it did not observe', async () => {
    const model = network();
    const inputs = normal([4, 6, 6, 2]);
    const before = answers(model, inputs);
    const { moments, skipped, warnings } = await calibrate(model, inputs);
    expect(answers(model, inputs)).toEqual(before);
    expect(model.layers.every((layer) => !Object.hasOwn(layer, 'call'))).toBe(true);
    expect([...moments.keys()].some((name) => name.startsWith('head/'))).toBe(true);
    expect([...skipped.keys()].map((name) => name.split('/')[0])).toEqual(['volume']);
    expect(warnings.join()).toContain("'head/kernel' saw 4 rows, fewer than its 27 inputs");
    model.dispose();
    inputs.dispose();
  });

  it('sums batches from an iterable as it sums one tensor', async () => {
    const model = network();
    const inputs = normal([4, 6, 6, 2]);
    const halves = tf.split(inputs, 2);
    async function* batches() {
      yield* halves;
    }
    const whole = await calibrate(model, inputs, { batchSize: 4 });
    const parts = await calibrate(model, batches());
    expect(parts.samples).toBe(4);
    for (const [name, { values }] of whole.moments) {
      expectClose(parts.moments.get(name)?.values ?? new Float64Array(), [...values]);
    }
    model.dispose();
    tf.dispose([inputs, ...halves]);
  });

  it('takes an array of batches and a dataset, whose batches it disposes', async () => {
    const model = network();
    const inputs = normal([4, 6, 6, 2]);
    const halves = tf.split(inputs, 2);
    const made = tf.data.generator(function* () {
      yield* tf.split(inputs, 2);
    });
    const [whole, list, dataset] = [
      await calibrate(model, inputs, { batchSize: 2 }),
      await calibrate(model, halves),
      await calibrate(model, made as never),
    ];
    for (const { moments, samples } of [list, dataset]) {
      expect(samples).toBe(4);
      expect(moments).toEqual(whole.moments);
    }
    model.dispose();
    tf.dispose([inputs, ...halves]);
  });

  it('names the layer whose inputs are not finite', async () => {
    const model = network();
    const [kernel, ...others] = model.getWeights();
    const infinite = tf.fill(kernel.shape, Number.POSITIVE_INFINITY);
    model.setWeights([infinite, ...others]);
    const inputs = normal([2, 6, 6, 2]);
    await expect(calibrate(model, inputs)).rejects.toThrow(
      "calibrate 'head/kernel': expected finite inputs of the layer",
    );
    model.dispose();
    tf.dispose([inputs, infinite]);
  });

  it('samples the same positions for the same seed', async () => {
    const model = network();
    const inputs = normal([4, 6, 6, 2]);
    const first = (data: Awaited<ReturnType<typeof calibrate>>) => [...data.moments.values()][0];
    const [a, b, c] = [
      first(await calibrate(model, inputs, { rowsPerBatch: 10, seed: 1 })),
      first(await calibrate(model, inputs, { rowsPerBatch: 10, seed: 1 })),
      first(await calibrate(model, inputs, { rowsPerBatch: 10, seed: 2 })),
    ];
    expect(a.count).toBe(10);
    expect(b).toEqual(a);
    expect(c.values).not.toEqual(a.values);
    model.dispose();
    inputs.dispose();
  });

  it('leaves out moments that exceed the memory limit', async () => {
    const model = network();
    const inputs = normal([4, 6, 6, 2]);
    const { moments, skipped } = await calibrate(model, inputs, { maxBytes: 8 * 18 ** 2 });
    expect([...moments.values()].map(({ size }) => size)).toEqual([18]);
    expect([...skipped.values()].join()).toContain('more than maxBytes leaves');
    model.dispose();
    inputs.dispose();
  });

  const thrown = (code: string) => expect.objectContaining({ code });
  it.each([
    ['of another shape', 'shape-mismatch', () => normal([4, 6, 5, 2])],
    ['of no samples', 'shape-mismatch', () => tf.zeros([0, 6, 6, 2])],
    ['with NaN', 'non-finite', () => tf.fill([1, 6, 6, 2], Number.NaN)],
  ])('refuses inputs %s', async (_, code, make) => {
    const model = network();
    const inputs = make();
    await expect(calibrate(model, inputs)).rejects.toThrow(thrown(code));
    model.dispose();
    inputs.dispose();
  });

  it('refuses other models, inputs and options', async () => {
    const model = network();
    await expect(calibrate({} as never, [] as never)).rejects.toThrow(thrown('invalid-option'));
    await expect(calibrate(model, [] as never)).rejects.toThrow(thrown('invalid-option'));
    await expect(calibrate(model, 7 as never)).rejects.toThrow(thrown('invalid-option'));
    await expect(calibrate(model, [], { batchsize: 3 } as never)).rejects.toThrow(thrown('unknown-option'));
    model.dispose();
  });

  it('ends when it is aborted, and leaves the model as it was', async () => {
    const model = network();
    const inputs = normal([8, 6, 6, 2]);
    const controller = new AbortController();
    const onProgress = (done: number) => done > 0 && controller.abort(new Error('enough'));
    const run = calibrate(model, inputs, { batchSize: 2, signal: controller.signal, onProgress });
    await expect(run).rejects.toThrow('enough');
    expect(model.layers.every((layer) => !Object.hasOwn(layer, 'call'))).toBe(true);
    model.dispose();
    inputs.dispose();
  });
});
