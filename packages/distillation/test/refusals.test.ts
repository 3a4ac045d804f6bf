// Bad input is refused before anything changes.
import { compressNow } from '@gcompress/post-training';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { type DistillOptions, distill } from '../src/index.ts';
import { classifier, samples } from './models.ts';

beforeAll(() => tf.setBackend('cpu'));

const withNaN = () => tf.concat([samples(5, [12]), tf.fill([1, 12], Number.NaN)]);
const other = () => tf.sequential({ layers: [tf.layers.dense({ inputShape: [12], units: 5 })] });

it.each<[string, () => object, string, RegExp]>([
  [
    'a teacher of another output shape',
    () => ({ teacher: other() }),
    'shape-mismatch',
    /outputs \[any, 4\].*got \[any, 5\]/,
  ],
  ['a graph model', () => ({ teacher: { executeAsync() {} } }), 'unsupported', /weights are constants/],
  ['no teacher', () => ({ teacher: undefined }), 'invalid-option', /the original layers model, got undefined/],
  ['NaN in the inputs', () => ({ inputs: withNaN() }), 'non-finite', /NaN at position 60/],
  ['inputs of another shape', () => ({ inputs: samples(4, [11]) }), 'shape-mismatch', /got \[4, 11\]/],
  ['one sample', () => ({ inputs: samples(1, [12]) }), 'shape-mismatch', /2 or more samples/],
  ['two inputs for one', () => ({ inputs: [samples(4, [12]), samples(4, [12])] }), 'invalid-option', /got 2 values/],
  ['no tensors', () => ({ inputs: 'pictures' }), 'invalid-option', /inputs/],
  ['steps and epochs', () => ({ steps: 3, epochs: 1 }), 'invalid-option', /steps or epochs/],
  ['a misspelt option', () => ({ step: 3 }), 'unknown-option', /step/],
  ['an unknown loss', () => ({ loss: 'kl' }), 'invalid-option', /crossEntropy/],
  ['a layer that is not there', () => ({ hidden: ['hiden'] }), 'invalid-option', /'hiden'/],
  ['a temperature without probabilities', () => ({ loss: 'squared', temperature: 3 }), 'invalid-option', /temperature/],
  ['everything held out', () => ({ heldOut: 1 }), 'invalid-option', /heldOut/],
])('%s is refused', async (_, wrong, code, message) => {
  const teacher = classifier();
  const small = await compressNow(teacher, { method: uniform({ bits: 2 }), minElements: 100 });
  const before = tf.memory().numTensors;
  const given = wrong();
  const made = tf.memory().numTensors - before;
  const options = { teacher, inputs: samples(8, [12]), ...given } as DistillOptions;
  const error = await distill(small, options).catch((cause) => cause);
  expect(error).toMatchObject({ code });
  expect(error.message).toMatch(message);
  expect(tf.memory().numTensors).toBe(before + made + 1);
});

it('a graph model, a model without compressed weights and foreign matrices are refused', async () => {
  const teacher = classifier();
  const inputs = samples(8, [12]);
  const { artifacts, matrices } = await compressNow(teacher, { method: uniform({ bits: 2 }), minElements: 100 });
  const graph = { artifacts: { ...artifacts, format: 'graph-model' }, matrices };
  await expect(distill(graph, { teacher, inputs })).rejects.toMatchObject({ code: 'unsupported' });
  await expect(distill({ artifacts, matrices: new Map() }, { teacher, inputs })).rejects.toThrow(
    /compressed weights, got none/,
  );
  const foreign = new Map([['elsewhere', [...matrices.values()][0]]]);
  await expect(distill({ artifacts, matrices: foreign }, { teacher, inputs })).rejects.toThrow(/'elsewhere'/);
});

it('cross-entropy of outputs that are no probabilities is refused', async () => {
  const teacher = tf.sequential({ layers: [tf.layers.dense({ inputShape: [12], units: 24 })] });
  const small = await compressNow(teacher, { method: uniform({ bits: 2 }), minElements: 100 });
  const options = { teacher, inputs: samples(8, [12]), loss: 'crossEntropy' } as const;
  await expect(distill(small, options)).rejects.toThrow(/probabilities/);
});
