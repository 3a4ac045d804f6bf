// A distillation that is stopped and resumed from its checkpoint ends as one that was never stopped.
import { kMeans } from '@gcompress/kmeans';
import { compressNow } from '@gcompress/post-training';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { type DistillOptions, distill } from '../src/index.ts';
import { classifier, samples } from './models.ts';

beforeAll(() => tf.setBackend('cpu'));

/** Saves to memory, and loads what was saved last. */
function memory() {
  const saved: tf.io.ModelArtifacts[] = [];
  const handler: tf.io.IOHandler = {
    async save(artifacts) {
      saved.push(structuredClone(artifacts));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
    load: async () => structuredClone(saved.at(-1) as tf.io.ModelArtifacts),
  };
  return { saved, handler };
}

const METHODS = [uniform({ bits: 2 }), kMeans({ levels: 4 })];

it.each(METHODS.map((method) => [method.method, method] as const))(
  '%s: bit for bit the same model, report and checkpoints',
  async (_, method) => {
    const teacher = classifier();
    const inputs = samples(64, [12]);
    const small = await compressNow(teacher, { method, minElements: 100 });
    const whole = memory();
    const options: DistillOptions = { teacher, inputs, steps: 40, batchSize: 16 };
    const plain = await distill(small, options);
    const expected = await distill(small, { ...options, checkpoint: whole.handler });
    expect(expected.report).toEqual(plain.report);
    expect(expected.artifacts.weightData).toEqual(plain.artifacts.weightData);
    expect(whole.saved.length).toBeGreaterThan(15);

    const stopped = memory();
    const controller = new AbortController();
    const aborted = distill(small, {
      ...options,
      checkpoint: stopped.handler,
      signal: controller.signal,
      onProgress: (done) => done > 0.55 && controller.abort(new Error('power cut')),
    });
    await expect(aborted).rejects.toThrow('power cut');
    expect(stopped.saved.length).toBeGreaterThan(5);
    expect(stopped.saved.length).toBeLessThan(15);
    const before = tf.memory().numTensors;
    const resumed = await distill(small, { ...options, resume: stopped.handler, checkpoint: stopped.handler });
    expect(tf.memory().numTensors).toBe(before);
    expect(resumed.report).toEqual(expected.report);
    expect(resumed.artifacts.weightData).toEqual(expected.artifacts.weightData);
    expect(stopped.saved.length).toBe(whole.saved.length);
    expect(stopped.saved.at(-1)?.weightData).toEqual(whole.saved.at(-1)?.weightData);
    // A training that was done returns what it had found
    const done = await distill(small, { ...options, resume: whole.handler });
    expect(done.artifacts.weightData).toEqual(expected.artifacts.weightData);
  },
);

it('refuses checkpoints of other options, models and inputs, and other handlers', async () => {
  const teacher = classifier();
  const inputs = samples(128, [12]);
  const small = await compressNow(teacher, { method: METHODS[0], minElements: 100 });
  const { handler } = memory();
  const options: DistillOptions = { teacher, inputs, steps: 20, batchSize: 32 };
  await distill(small, { ...options, checkpoint: handler });
  const tensors = tf.memory().numTensors;
  const refused = (change: object) => expect(distill(small, { ...options, resume: handler, ...change })).rejects;
  await refused({ steps: 30 }).toThrow('distill resume: expected steps 30, got 20');
  await refused({ loss: 'cosine' }).toThrow('expected loss "cosine"');
  await refused({ inputs: samples(128, [12], 7) }).toThrow('expected a first error');
  await refused({ trainLevels: false }).toMatchObject({ code: 'shape-mismatch' });
  await refused({ resume: {} }).toMatchObject({ code: 'invalid-option' });
  await refused({ checkpoint: { load: () => undefined } }).toMatchObject({ code: 'invalid-option' });
  expect(tf.memory().numTensors).toBeLessThanOrEqual(tensors + 1);
});
