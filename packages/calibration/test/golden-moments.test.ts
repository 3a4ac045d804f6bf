// Moments of all kinds of layers, against numbers of numpy.
//
// fixtures/golden/layer-inputs.json was written by a Python script with numpy 2.4. For each layer it draws whole numbers from −3 to 3 as
// inputs and weights (quarters for recurrent weights) and lists in float64 the rows that each weight multiplies. Convolutions: the input is padded by
// TensorFlow's rule, sliding_window_view gives all windows, and strides and dilation take every second or third entry. Depthwise: the same, with
// products of two channels set to 0. Separable: an einsum of windows and depthwise kernel gives the rows of the pointwise one. Transposed:
// every input is written into the windows of all outputs that it reaches. Recurrent: the cells are computed step by step, and the state
// before each step is a row. Embedding: one-hot rows. `moments` is the lower triangle of rowsᵀ·rows, `sums` the sum of the rows.
import { golden as goldenData } from '@gcompress/fixtures';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { calibrate } from '../src/index.ts';
import { expectClose } from './values.ts';

interface Values {
  readonly shape: number[];
  readonly values: number[];
}

interface GoldenCase {
  readonly name: string;
  readonly layer: 'dense';
  readonly config: { readonly units: number };
  readonly inputs: Values;
  readonly weights: readonly Values[];
  readonly expected: Readonly<Record<string, { count: number; sums: number[]; moments: number[] }>>;
}

const cases = goldenData<GoldenCase[]>('layer-inputs');

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

it.each(cases.map((one) => [one.name, one] as const))('%s: moments and sums are those of numpy', async (_, golden) => {
  const layer = tf.layers[golden.layer](golden.config);
  const inputLayer = tf.layers.inputLayer({ inputShape: golden.inputs.shape.slice(1) });
  const model = tf.sequential({ layers: [inputLayer, layer] });
  const tensorOf = ({ shape, values }: Values) => tf.tensor(values, shape);
  const [inputs, ...weights] = [golden.inputs, ...golden.weights].map(tensorOf);
  model.setWeights(weights);
  const { moments, inputSums, skipped } = await calibrate(model, inputs, { batchSize: 1 });
  expect([...skipped]).toEqual([]);
  expect(moments.size).toBe(Object.keys(golden.expected).length);
  for (const [kernel, expected] of Object.entries(golden.expected)) {
    const name = layer.weights
      .map(({ originalName }) => originalName)
      .find((one) => one.split('/').pop()?.replace(/_\d+$/, '') === kernel);
    const seen = moments.get(name ?? '');
    const size = expected.sums.length;
    expect(seen).toMatchObject({ size, count: expected.count });
    const lower = Array.from({ length: size }, (_row, i) => seen?.values.slice(i * size, i * size + i + 1) ?? []);
    expectClose(
      lower.flatMap((row) => [...row]),
      expected.moments,
    );
    expectClose(inputSums.get(name ?? '')?.values, expected.sums);
    expect(seen?.values.every((value, at) => value === seen.values[(at % size) * size + Math.floor(at / size)])).toBe(
      true,
    );
  }
  model.dispose();
  tf.dispose([inputs, ...weights]);
});
