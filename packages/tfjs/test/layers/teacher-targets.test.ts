// A teacher beside the labels.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { teacherTargets } from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, compile, smallNetwork } from '../networks.ts';

beforeAll(useTestBackend);

it.each([
  [1, 0.5],
  [2, 0.3],
  [4, 1],
  [3, 0],
])('at temperature %d and mixture %d, targets are what the formula says', (temperature, mixture) => {
  const { xs, ys } = classes();
  const model = smallNetwork();
  const targets = teacherTargets(model, xs, ys, { temperature, mixture }).arraySync() as number[][];
  const predicted = (model.predict(xs) as tf.Tensor2D).arraySync();
  for (const [row, labels] of ys.arraySync().entries()) {
    const powers = predicted[row].map((probability) => probability ** (1 / temperature));
    const total = powers.reduce((sum, power) => sum + power, 0);
    for (const [at, label] of labels.entries()) {
      expect(targets[row][at]).toBeCloseTo((1 - mixture) * label + (mixture * powers[at]) / total, 4);
    }
  }
});

it('a model trains on them with the stock loss', async () => {
  const { xs, ys } = classes();
  const student = smallNetwork();
  compile(student, tf.train.adam(0.01));
  const { history } = await student.fit(xs, teacherTargets(smallNetwork(), xs, ys), { epochs: 4, verbose: 0 });
  expect(Number(history.loss.at(-1))).toBeLessThan(Number(history.loss[0]));
});

const zeros = (columns: number) => tf.zeros([3, columns]);
it.each<[string, () => unknown, string]>([
  ['a teacher with other outputs', () => teacherTargets(smallNetwork(), zeros(12), zeros(5)), 'shape-mismatch'],
  ['no model', () => teacherTargets({} as never, zeros(12), zeros(4)), 'invalid-option'],
  ['no inputs', () => teacherTargets(smallNetwork(), null as never, zeros(4)), 'invalid-option'],
  [
    'a temperature below 1',
    () => teacherTargets(smallNetwork(), zeros(12), zeros(4), { temperature: 0 }),
    'invalid-option',
  ],
  ['a mixture above 1', () => teacherTargets(smallNetwork(), zeros(12), zeros(4), { mixture: 2 }), 'invalid-option'],
  [
    'a misspelt option',
    () => teacherTargets(smallNetwork(), zeros(12), zeros(4), { mix: 1 } as never),
    'unknown-option',
  ],
])('refuses %s', (_, make, code) => {
  expect(make).toThrow(expect.objectContaining({ code }));
});
