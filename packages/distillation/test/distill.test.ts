// Distillation: better against the teacher, in no more bytes, and nothing worse than the start.
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { lowRank } from '@gcompress/lowrank';
import { lowRankFormat } from '@gcompress/lowrank/format';
import { pack } from '@gcompress/packed';
import { rowDecoder } from '@gcompress/packed/formats';
import { packedModel } from '@gcompress/packed/load';
import { compressNow } from '@gcompress/post-training';
import { uniform } from '@gcompress/uniform';
import { uniformFormat } from '@gcompress/uniform/format';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DistillOptions, distill } from '../src/index.ts';
import { classifier, pictureNetwork, samples } from './models.ts';

beforeAll(() => tf.setBackend('cpu'));

const METHODS = [uniform({ bits: 2 }), uniform({ bits: 3, trellis: 4 }), kMeans({ levels: 4 }), lowRank({ rank: 3 })];
const short = { steps: 60, batchSize: 32 } as const;

async function smallClassifier(method = METHODS[0]) {
  const teacher = classifier();
  return { teacher, inputs: samples(256, [12]), small: await compressNow(teacher, { method, minElements: 100 }) };
}

/** `‖y − t‖ / ‖t‖` of a packed file on inputs that no training saw. */
async function errorOf(bytes: Uint8Array, teacher: tf.LayersModel, inputs: tf.Tensor): Promise<number> {
  const model = await tf.loadLayersModel(
    packedModel(bytes, { formats: [kMeansFormat, lowRankFormat, uniformFormat].map(rowDecoder) }),
  );
  const [y, t] = [model, teacher].map((one) => one.predict(inputs) as tf.Tensor);
  return y.sub(t).norm().div(t.norm()).dataSync()[0];
}

describe.each(METHODS.map((method) => [JSON.stringify([method.method, method.options]).slice(0, 40), method] as const))(
  '%s',
  (_, method) => {
    it('the file is nearer to the teacher on unseen inputs, in matrices of no more bytes', async () => {
      const { teacher, inputs, small } = await smallClassifier(method);
      const tuned = await distill(small, { teacher, inputs, ...short });
      const [before, after] = [small, tuned].map((one) =>
        [...one.matrices.values()].reduce((sum, { byteLength }) => sum + byteLength, 0),
      );
      expect(after).toBeLessThanOrEqual(before);
      const files = await Promise.all([small, tuned].map((one) => pack(one.artifacts, { matrices: one.matrices })));
      const { report } = tuned;
      expect(report.bytes).toEqual({ before: files[0].bytes.length, after: files[1].bytes.length });
      // The header names lengths, which are compressed
      expect(report.bytes.after).toBeLessThanOrEqual(report.bytes.before + 8);
      expect(report.error.after).toBeLessThan(report.error.before);
      const unseen = samples(300, [12], 2);
      const errors = [await errorOf(files[0].bytes, teacher, unseen), await errorOf(files[1].bytes, teacher, unseen)];
      expect(errors[1]).toBeLessThan(errors[0]);
      expect(Math.abs(errors[0] - report.error.before)).toBeLessThan(0.5 * errors[0]);
    });
  },
);

it('convolutions, transposed ones, recurrent layers and BatchNorm train, and statistics stay', async () => {
  const teacher = pictureNetwork();
  const small = await compressNow(teacher, { method: uniform({ bits: 2 }), minElements: 100 });
  expect(small.matrices.size).toBeGreaterThanOrEqual(4);
  const { report, artifacts } = await distill(small, {
    teacher,
    inputs: samples(96, [4, 4, 3]),
    steps: 40,
    batchSize: 16,
  });
  expect(report.loss).toBe('squared');
  expect(report.takenStep).toBeGreaterThan(0);
  expect(report.error.after).toBeLessThan(report.error.before);
  const tuned = await tf.loadLayersModel({ load: async () => artifacts });
  const [mean, variance] = tuned.getLayer('norm').getWeights().slice(2);
  expect([...new Set(mean.dataSync())]).toEqual([0]);
  expect([...new Set(variance.dataSync())]).toEqual([1]);
});

it.each([
  { loss: 'squared' },
  { loss: 'cosine' },
  { loss: 'crossEntropy', temperature: 1 },
  { hidden: ['hidden'] },
] satisfies Partial<DistillOptions>[])('lowers the error with %j', async (options) => {
  const { teacher, inputs, small } = await smallClassifier();
  const { report } = await distill(small, { teacher, inputs, ...short, ...options });
  expect(report.error.after).toBeLessThan(report.error.before);
});

it('gives the same for the same seed, another order for another seed, and changes nothing that it was given', async () => {
  const { teacher, inputs, small } = await smallClassifier();
  const { weightData } = small.artifacts;
  const before = new Uint8Array(weightData as ArrayBuffer).slice();
  const run = (seed: number) => distill(small, { teacher, inputs, steps: 20, seed });
  const [first, second, third] = [await run(1), await run(1), await run(2)];
  expect(second.report).toEqual(first.report);
  expect(second.artifacts).toEqual(first.artifacts);
  expect(third.report.course).not.toEqual(first.report.course);
  expect(new Uint8Array(weightData as ArrayBuffer)).toEqual(before);
});

it('returns the given model if no state is better', async () => {
  const teacher = classifier();
  // Nothing left to learn, and a rate that leads away
  const small = await compressNow(teacher, { method: uniform({ bits: 12 }), minElements: 100, rest: 'float32' });
  const options = { teacher, inputs: samples(64, [12]), steps: 40, learningRate: 0.5, patience: 3 };
  const { artifacts, matrices, report } = await distill(small, options);
  expect(report.takenStep).toBe(0);
  expect(report.error.after).toBe(report.error.before);
  expect(report.bytes.after).toBe(report.bytes.before);
  expect(artifacts).toBe(small.artifacts);
  expect(matrices).toBe(small.matrices);
  // 2 steps from one measurement to the next
  expect(report.steps).toBe(6);
});

it('leaves no tensor behind, tells progress, and ends when aborted', async () => {
  const { teacher, inputs, small } = await smallClassifier();
  const told: number[] = [];
  const before = tf.memory().numTensors;
  await distill(small, { teacher, inputs, steps: 20, onProgress: (done) => told.push(done) });
  expect(tf.memory().numTensors).toBe(before);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect([told[0], told.at(-1)]).toEqual([0, 1]);
  expect(told.length).toBeGreaterThan(20);
  const abort = new AbortController();
  const onProgress = (done: number) => done > 0.3 && abort.abort(new Error('enough'));
  const running = distill(small, { teacher, inputs, steps: 60, signal: abort.signal, onProgress });
  await expect(running).rejects.toThrow('enough');
  expect(tf.memory().numTensors).toBe(before);
});

it('epochs are passes over the inputs that are not held out', async () => {
  const { teacher, inputs, small } = await smallClassifier();
  const { report } = await distill(small, {
    teacher,
    inputs,
    epochs: 2,
    batchSize: 50,
    heldOut: 0.2,
    trainLevels: false,
  });
  expect([report.heldOut, report.steps]).toEqual([51, 8]);
  expect([...report.trained.values()]).toEqual(['steps', 'steps']);
});
