// Training with a teacher by the functions of tfjs.
import { linearAlpha } from '@gcompress/scheduler';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compressModel, teacherTargets, withTeacher } from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, compile, predictionDifference, smallNetwork, weightValues } from '../networks.ts';

beforeAll(useTestBackend);

const data = classes();
const BATCH = 16;
const fit = { epochs: 2, batchSize: BATCH, shuffle: false, verbose: 0 } as const;
const batches = () =>
  tf.data.zip({ xs: tf.data.array(rows(data.xs)), ys: tf.data.array(rows(data.ys)) } as never).batch(BATCH);
const rows = (tensor: tf.Tensor) => tensor.arraySync() as tf.TensorContainer[];

/** A student in training, and its teacher. */
function student(): tf.LayersModel {
  const model = smallNetwork(10);
  compile(model, tf.train.adam(0.01));
  return model;
}
const teacher = smallNetwork();
const options = { teacher, temperature: 3, mixture: 0.7 };

/** Weights after a training on targets that were mixed by hand. */
async function expected(): Promise<Record<string, number[]>> {
  const model = student();
  const targets = teacherTargets(teacher, data.xs, data.ys, { temperature: 3, mixture: 0.7 });
  await model.fit(data.xs, targets, fit);
  return weightValues(model);
}

describe('a training with a teacher', () => {
  it('by fit is a training on the mixed targets, and leaves no tensor', async () => {
    const model = student();
    const before = tf.memory().numTensors;
    await withTeacher(model, options).fit(data.xs, data.ys, { ...fit, epochs: 1 });
    // Slots of the optimizer: two for each of six weights, and its count of steps is no tensor
    const slots = tf.memory().numTensors - before;
    await withTeacher(model, options).fit(data.xs, data.ys, { ...fit, initialEpoch: 1 });
    expect(tf.memory().numTensors - before).toBe(slots);
    expect(weightValues(model)).toEqual(await expected());
  });

  it('by fitDataset takes the same steps, and leaves no tensor', async () => {
    const model = student();
    const taught = withTeacher(model, options);
    const { epochs, verbose } = fit;
    await taught.fitDataset(batches() as never, { epochs: 1, verbose });
    const before = tf.memory().numTensors;
    await taught.fitDataset(batches() as never, { epochs, initialEpoch: 1, verbose });
    expect(tf.memory().numTensors).toBe(before);
    const weights = await expected();
    for (const [name, values] of Object.entries(weightValues(model))) {
      for (const [at, value] of values.entries()) expect(value).toBeCloseTo(weights[name][at], 5);
    }
  });

  it('by trainOnBatch takes the same steps', async () => {
    const model = student();
    const taught = withTeacher(model, options);
    for (let step = 0; step < 8; step++) {
      const first = (step % 4) * BATCH;
      const [xs, ys] = [data.xs, data.ys].map((tensor) => tf.slice(tensor, [first, 0], [BATCH, -1]));
      await taught.trainOnBatch(xs, ys);
      tf.dispose([xs, ys]);
    }
    expect(weightValues(model)).toEqual(await expected());
  });

  it("by 'self' is a training with the dense model, while layers are compressed", async () => {
    const dense = smallNetwork();
    const go = async (given: tf.LayersModel | 'self') => {
      const schedule = linearAlpha({ begin: 0, end: 7, frequency: 2, refactorEvery: 1 });
      const { model, callback } = compressModel(dense, { method: uniform({ bits: 2 }), schedule, minWeights: 100 });
      compile(model, tf.train.adam(0.01));
      const taught = withTeacher(model, { teacher: given });
      expect(predictionDifference(taught.teacher, dense, data.xs)).toBe(0);
      await taught.fit(data.xs, data.ys, { ...fit, callbacks: callback });
      expect(() => withTeacher(model, { teacher: 'self' })).toThrow(expect.objectContaining({ code: 'not-ready' }));
      taught.dispose();
      return weightValues(model);
    };
    expect(await go('self')).toEqual(await go(dense));
    // A given teacher is not disposed
    expect(dense.predict(data.xs)).toBeInstanceOf(tf.Tensor);
  });
});

describe('refused before training:', () => {
  const wide = tf.sequential({ layers: [tf.layers.dense({ inputShape: [12], units: 5, activation: 'softmax' })] });
  const tall = tf.sequential({ layers: [tf.layers.dense({ inputShape: [13], units: 4, activation: 'softmax' })] });
  it.each<[string, object, string]>([
    ['a teacher with other outputs', { teacher: wide }, 'shape-mismatch'],
    ['a teacher with other inputs', { teacher: tall }, 'shape-mismatch'],
    ['a name that is no teacher', { teacher: 'me' }, 'invalid-option'],
    ['no teacher', {}, 'invalid-option'],
    ['something else than a model', { teacher: 4 }, 'invalid-option'],
    ['a mixture above 1', { teacher, mixture: 1.5 }, 'invalid-option'],
    ['a misspelt option', { teacher, temparature: 2 }, 'unknown-option'],
  ])('%s', (_, given, code) => {
    expect(() => withTeacher(student(), given as never)).toThrow(expect.objectContaining({ code }));
  });

  it('labels of another shape, a validation split, and batches of several tensors', async () => {
    const model = student();
    const taught = withTeacher(model, options);
    const before = weightValues(model);
    await expect(taught.fit(data.xs, tf.zeros([64, 5]))).rejects.toThrow(
      expect.objectContaining({ code: 'shape-mismatch' }),
    );
    await expect(taught.fit(data.xs, data.ys, { validationSplit: 0.2 })).rejects.toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    );
    const two = tf.data.array([{ xs: { a: data.xs, b: data.xs }, ys: data.ys }]);
    await expect(taught.fitDataset(two as never, { epochs: 1, verbose: 0 })).rejects.toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    );
    expect(weightValues(model)).toEqual(before);
  });
});
