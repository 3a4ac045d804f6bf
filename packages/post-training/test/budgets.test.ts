// Sizes that are chosen for a budget of the whole file.
import { calibrate } from '@gcompress/calibration';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { pack } from '@gcompress/packed';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compressNow, type SmallModel } from '../src/index.ts';
import { graphArtifacts, pictureNetwork, weightValues } from './models.ts';

beforeAll(() => tf.setBackend('cpu'));

async function fileBytes({ artifacts, matrices }: SmallModel): Promise<number> {
  return (await pack(artifacts, { matrices })).bytes.length;
}

it.each([3500, 8000])('a layers model fits a budget of %d bytes and uses it up to 3 %', async (bytes) => {
  const small = await compressNow(pictureNetwork(), { budget: { bytes } });
  const size = await fileBytes(small);
  expect(size).toBe(small.report.bytes);
  expect(size).toBeLessThanOrEqual(bytes);
  expect(size).toBeGreaterThanOrEqual(0.97 * bytes);
});

it('a ratio is relative to the given weights', async () => {
  const { report } = await compressNow(graphArtifacts(), { budget: { ratio: 4 } });
  expect(report.originalBytes).toBe(4 * (24 * 64 + 64 + 6 * 64));
  expect(report.bytes).toBeLessThanOrEqual(report.originalBytes / 4);
  expect(report.bytes).toBeGreaterThanOrEqual((0.97 * report.originalBytes) / 4);
});

it('a larger budget gives a smaller error, and a budget without limit gives the plain file', async () => {
  const errors: number[] = [];
  for (const bytes of [2000, 2600, 1e9]) {
    const { report } = await compressNow(graphArtifacts(), { budget: { bytes } });
    errors.push(report.weights.reduce((sum, { relativeError }) => sum + relativeError ** 2, 0));
  }
  expect(errors).toEqual([...errors].sort((a, b) => b - a));
  expect(errors[2]).toBeLessThan(1e-6);
});

it('a budget below the smallest file is refused with the bytes of that file, which suffice', async () => {
  const least = await compressNow(graphArtifacts(), { budget: { bytes: 1 } }).catch((error) => error);
  expect(least).toMatchObject({ code: 'budget-unreachable' });
  const bytes = Number(/at least (\d+) bytes/.exec(least.message)?.[1]);
  expect((await compressNow(graphArtifacts(), { budget: { bytes } })).report.bytes).toBe(bytes);
  await expect(compressNow(graphArtifacts(), { budget: { bytes: bytes - 1 } })).rejects.toThrow(
    `at least ${bytes} bytes`,
  );
});

it('sizes are chosen across methods and single compressors, the same every time', async () => {
  const candidates = [uniform, lowRank, kMeans({ levels: 4 }), kMeans({ levels: 16 })];
  const options = { budget: { bytes: 3000 }, candidates };
  const [first, second] = [await compressNow(graphArtifacts(), options), await compressNow(graphArtifacts(), options)];
  expect(second.report).toEqual(first.report);
  expect(first.report.bytes).toBeLessThanOrEqual(3000);
  const perWeight = await compressNow(graphArtifacts(), {
    budget: { bytes: 3000 },
    candidates: ({ name }) => (name === 'a' ? [kMeans({ levels: 4 })] : []),
  });
  expect(perWeight.report.weights.map(({ method }) => method)).toEqual(['kmeans', undefined, undefined]);
});

it('a weight with a larger sensitivity gets a smaller error', async () => {
  const errorOfA = async (sensitivity: ReadonlyMap<string, number>) => {
    const { report } = await compressNow(graphArtifacts(), { budget: { bytes: 2200 }, sensitivity });
    return report.weights[0].relativeError;
  };
  const [low, even, high] = [
    await errorOfA(new Map([['a', 0.01]])),
    await errorOfA(new Map()),
    await errorOfA(new Map([['a', 100]])),
  ];
  expect(low).toBeGreaterThan(even);
  expect(even).toBeGreaterThan(high);
});

it('moments lower the output errors, and the report shows these errors', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [48], units: 32, kernelInitializer: tf.initializers.glorotNormal({ seed: 1 }) }),
      tf.layers.dense({ units: 24, kernelInitializer: tf.initializers.glorotNormal({ seed: 2 }) }),
    ],
  });
  // Near a few directions, as inputs of real layers are
  const inputs = (seed: number) =>
    tf.matMul(tf.randomNormal([128, 6], 0, 1, 'float32', seed), tf.randomNormal([6, 48], 0, 1, 'float32', 1));
  const { moments } = await calibrate(model, inputs(2), { batchSize: 64 });
  const unseen = inputs(3);
  const outputs = model.predict(unseen) as tf.Tensor;
  const errors: number[] = [];
  for (const options of [{}, { inputMoments: moments }]) {
    const small = await compressNow(model, { budget: { bytes: 2000 }, ...options });
    const loaded = await tf.loadLayersModel(small.handler);
    errors.push(
      tf.norm(tf.sub(loaded.predict(unseen) as tf.Tensor, outputs)).dataSync()[0] / tf.norm(outputs).dataSync()[0],
    );
    const [first] = small.report.weights;
    expect(first.outputError !== undefined).toBe('inputMoments' in options);
    if (first.outputError !== undefined) expect(first.outputError).toBeLessThan(first.relativeError);
  }
  expect(errors[1]).toBeLessThan(0.6 * errors[0]);
});

it('moments of a graph reach its transposed kernel too', async () => {
  const graph = await tf.loadGraphModel({ load: async () => graphArtifacts() });
  const { moments } = await calibrate(graph, tf.randomNormal([64, 24], 0, 1, 'float32', 2), { batchSize: 32 });
  const { report } = await compressNow(graph, { budget: { bytes: 2600 }, inputMoments: moments });
  expect(report.bytes).toBeLessThanOrEqual(2600);
  expect(report.weights.map(({ name, outputError }) => [name, outputError !== undefined])).toEqual([
    ['a', true],
    ['b', false],
    ['c', true],
  ]);
});

describe('with channel gains', () => {
  /** Gains of the columns of both kernels; of the second, the first three columns may count for more. */
  const gains = (first: number, second: number, more = 1) =>
    new Map([
      ['a', new Float64Array(64).fill(first)],
      ['c', Float64Array.from({ length: 6 }, (_, column) => second * (column < 3 ? more : 1))],
    ]);
  const errorsOf = async (channelGains: ReadonlyMap<string, Float64Array>) => {
    const { artifacts, report } = await compressNow(graphArtifacts(), { budget: { bytes: 2600 }, channelGains });
    expect(report.bytes).toBeLessThanOrEqual(2600);
    const [before, after] = [weightValues(graphArtifacts()), weightValues(artifacts)];
    // The second kernel is stored with its columns first
    const error = (from: number, to: number) =>
      before.c.slice(from, to).reduce((sum, value, at) => sum + (value - after.c[from + at]) ** 2, 0);
    return { first: error(0, 3 * 64), others: error(3 * 64, 6 * 64) };
  };

  it('columns of large gain have smaller errors', async () => {
    const { first, others } = await errorsOf(gains(1, 1, 100));
    expect(first).toBeLessThan(others / 10);
  });

  it('the weight whose errors cost more gets more bytes', async () => {
    const [cheap, dear] = [await errorsOf(gains(1, 0.01)), await errorsOf(gains(1, 10_000))];
    expect(dear.first + dear.others).toBeLessThan((cheap.first + cheap.others) / 10);
  });

  it('gains of another model are refused', async () => {
    const stranger = compressNow(graphArtifacts(), { channelGains: new Map([['z', Float64Array.of(1)]]) });
    await expect(stranger).rejects.toMatchObject({ code: 'invalid-option' });
    const plain = compressNow(graphArtifacts(), { channelGains: null as never });
    await expect(plain).rejects.toThrow('compressNow channelGains: expected a map from names of weights to gains');
  });
});
