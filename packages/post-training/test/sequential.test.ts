// Weights compressed one after the other, each for the inputs of the network compressed so far.
import { calibrate, pairedInputs } from '@gcompress/calibration';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compressNow, type SmallModel } from '../src/index.ts';
import { artifactsOf, graphArtifacts, pictureNetwork, weightValues } from './models.ts';

const method = uniform({ bits: 2, steps: 'column' });

beforeAll(() => tf.setBackend('cpu'));

/** Pictures whose pixels are similar to their neighbours, so that later weights can correct errors of earlier ones. */
function pictures(count: number, seed: number): tf.Tensor4D {
  return tf.tidy(() =>
    tf.image.resizeBilinear(tf.randomUniform<tf.Rank.R4>([count, 2, 2, 3], 0, 1, 'float32', seed), [6, 6]),
  );
}

/** Inputs of which each is a mixture of a few. */
function mixtures(count: number, seed: number): tf.Tensor2D {
  return tf.tidy(() =>
    tf.matMul(tf.randomNormal([count, 6], 0, 1, 'float32', seed), tf.randomNormal([6, 24], 0, 1, 'float32', 1)),
  );
}

interface Runnable {
  predict(inputs: tf.Tensor): tf.Tensor | tf.Tensor[] | tf.NamedTensorMap;
}

/** Relative error of the outputs. */
function errorOf(original: Runnable, small: Runnable, x: tf.Tensor): number {
  return tf.tidy(() => {
    const [a, b] = [original, small].map((model) => model.predict(x) as tf.Tensor);
    return tf.norm(tf.sub(a, b)).dataSync()[0] / tf.norm(a).dataSync()[0];
  });
}

const onLayers = (inputs: tf.Tensor) => pairedInputs(inputs, { load: tf.loadLayersModel });
const layers = (small: SmallModel) => tf.loadLayersModel(small.handler);
const graph = (small: SmallModel) => tf.loadGraphModel(small.handler);

describe('a layers model', () => {
  it('has a smaller output error than with moments of the original, at the same size, and is not changed', async () => {
    const model = pictureNetwork();
    const [seen, unseen] = [pictures(32, 1), pictures(32, 2)];
    const before = weightValues(await artifactsOf(model));
    const { moments } = await calibrate(model, seen);
    const tensors = tf.memory().numTensors;
    const options = { method, minElements: 100 };
    const alone = await compressNow(model, { ...options, inputMoments: moments });
    const small = await compressNow(model, { ...options, sequential: onLayers(seen) });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(weightValues(await artifactsOf(model))).toEqual(before);
    const [own, other] = [errorOf(model, await layers(small), unseen), errorOf(model, await layers(alone), unseen)];
    expect(own).toBeLessThan(0.7 * other);
    // Biases of zeros, which are stored once, become different ones
    expect(small.report.bytes).toBeLessThan(1.03 * alone.report.bytes);
  });

  it('reports the error of the outputs of each layer as the two models have it', async () => {
    const dense = (units: number, seed: number) =>
      tf.layers.dense({
        units,
        kernelInitializer: tf.initializers.glorotNormal({ seed }),
        useBias: false,
        name: `d${seed}`,
      });
    const x = mixtures(64, 3);
    const input = tf.input({ shape: [24] });
    const hidden = tf.layers.reLU().apply(dense(32, 1).apply(input)) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs: dense(16, 2).apply(hidden) as tf.SymbolicTensor });
    const small = await compressNow(model, { method, sequential: onLayers(x) });
    const { outputError } = small.report.weights[1];
    expect(outputError).toBeGreaterThan(0.01);
    expect(outputError).toBeCloseTo(errorOf(model, await layers(small), x), 4);
  });

  it('keeps mean outputs by its biases, and says which values they have', async () => {
    const model = pictureNetwork();
    const x = pictures(32, 1);
    const small = await compressNow(model, {
      method,
      minElements: 100,
      rest: 'float32',
      sequential: onLayers(x),
    });
    const loaded = await layers(small);
    const shift = tf.tidy(() => {
      const [a, b] = [model, loaded].map((one) => tf.mean(one.predict(x) as tf.Tensor, 0));
      return tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];
    });
    expect(shift).toBeLessThan(1e-5);
    expect(weightValues(small.artifacts)['out/bias']).not.toEqual(weightValues(await artifactsOf(model))['out/bias']);
  });

  it('fits a budget of the whole file, which biases share', async () => {
    const model = pictureNetwork();
    const x = pictures(16, 1);
    const sequential = onLayers(x);
    const progress: number[] = [];
    const small = await compressNow(model, {
      budget: { bytes: 4000 },
      sequential,
      onProgress: (done) => progress.push(done),
    });
    expect(small.report.bytes).toBeLessThanOrEqual(4000);
    expect(small.report.bytes).toBeGreaterThan(3800);
    expect(progress.every((done, at) => at === 0 || done > progress[at - 1] - 1e-9)).toBe(true);
    expect(progress.at(-1)).toBe(1);
  });

  it('gives the same file for the same seed', async () => {
    const model = pictureNetwork();
    const sequential = pairedInputs(pictures(16, 1), { load: tf.loadLayersModel, rowsPerBatch: 50, seed: 4 });
    const [a, b] = [await compressNow(model, { method, sequential }), await compressNow(model, { method, sequential })];
    expect(weightValues(a.artifacts)).toEqual(weightValues(b.artifacts));
  });
});

describe('a graph model', () => {
  it('has a smaller output error than with moments of the original, given as a model or as artifacts', async () => {
    const [seen, unseen] = [mixtures(256, 1), mixtures(64, 2)];
    const artifacts = graphArtifacts();
    const model = await tf.loadGraphModel({ load: async () => artifacts });
    const { moments } = await calibrate(model, seen);
    const alone = await compressNow(model, { method, inputMoments: moments });
    const tensors = tf.memory().numTensors;
    const sequential = pairedInputs(seen, { load: tf.loadGraphModel });
    const small = await compressNow(model, { method, sequential });
    const other = await compressNow(artifacts, { method, sequential });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(weightValues(other.artifacts)).toEqual(weightValues(small.artifacts));
    const own = errorOf(model, await graph(small), unseen);
    expect(own).toBeLessThan(0.8 * errorOf(model, await graph(alone), unseen));
  });
});

describe('refusals', () => {
  it('names what is no pairedInputs', async () => {
    await expect(compressNow(pictureNetwork(), { sequential: true as never })).rejects.toThrow('sequential');
    await expect(compressNow(pictureNetwork(), { sequential: {} as never })).rejects.toThrow('open');
  });

  it('names inputs of another shape, and leaves no tensors behind', async () => {
    const [model, inputs] = [pictureNetwork(), tf.zeros([4, 5, 5, 3])];
    const tensors = tf.memory().numTensors;
    const wrong = compressNow(model, { method, sequential: onLayers(inputs) });
    await expect(wrong).rejects.toMatchObject({ code: 'shape-mismatch' });
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('stops with the reason of the signal, and leaves no tensors behind', async () => {
    const [model, inputs] = [pictureNetwork(), pictures(16, 1)];
    const tensors = tf.memory().numTensors;
    const controller = new AbortController();
    const stopped = compressNow(model, {
      method,
      sequential: onLayers(inputs),
      signal: controller.signal,
      onProgress: (done) => done > 0.5 && controller.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
