// Which units form groups, and which layers are left alone with which reason.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { unitGroups } from '../src/index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const dense = (units: number, name: string, more: object = {}) => tf.layers.dense({ units, name, ...more });
const reasonsOf = (model: tf.LayersModel) => {
  return Object.fromEntries(unitGroups(model).leftAlone.map(({ layer, reason }) => [layer, reason]));
};

it('maps a filter to the run of inputs behind a flatten, with its bias and BatchNorm', () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [3, 3, 1], filters: 2, kernelSize: 2, name: 'conv' }),
      tf.layers.batchNormalization({ name: 'norm' }),
      tf.layers.flatten(),
      dense(3, 'out'),
    ],
  });
  const { groups, leftAlone } = unitGroups(model);
  expect(groups.map(({ name, layers, units }) => ({ name, layers, units }))).toEqual([
    { name: 'conv', layers: ['conv'], units: 2 },
  ]);
  const slices = groups[0].slices.map(({ weight, axis, role, units }) => [weight, axis, role, [...units]]);
  expect(slices).toEqual(
    expect.arrayContaining([
      ['conv/kernel', 3, 'producer', [0, 1]],
      ['conv/bias', 0, 'producer', [0, 1]],
      ['norm/gamma', 0, 'channel', [0, 1]],
      ['norm/beta', 0, 'channel', [0, 1]],
      ['norm/moving_mean', 0, 'channel', [0, 1]],
      ['norm/moving_variance', 0, 'channel', [0, 1]],
      ['out/kernel', 0, 'consumer', [0, 1, 0, 1, 0, 1, 0, 1]],
    ]),
  );
  expect(slices).toHaveLength(7);
  expect(leftAlone).toEqual([{ layer: 'out', reason: 'its units reach an output of the model' }]);
  expect(structuredClone({ groups, leftAlone })).toEqual({ groups, leftAlone });
});

it('couples the layers of a residual addition, and keeps the parts of a concatenation apart', () => {
  const input = tf.input({ shape: [4] });
  const [a, b, c] = ['a', 'b', 'c'].map((name) => dense(3, name).apply(input) as tf.SymbolicTensor);
  const sum = tf.layers.add().apply([a, b]) as tf.SymbolicTensor;
  const side = tf.layers.concatenate().apply([sum, c]) as tf.SymbolicTensor;
  const { groups } = unitGroups(tf.model({ inputs: input, outputs: dense(1, 'out').apply(side) as tf.SymbolicTensor }));
  expect(groups.map(({ name, units }) => [name, units])).toEqual([
    ['a+b', 3],
    ['c', 3],
  ]);
  const read = groups.map(({ slices }) => [...slices.filter(({ layer }) => layer === 'out')[0].units]);
  expect(read).toEqual([
    [0, 1, 2, -1, -1, -1],
    [-1, -1, -1, 0, 1, 2],
  ]);
});

it('joins the inputs of a layer that is used twice', () => {
  const [left, right] = [tf.input({ shape: [4] }), tf.input({ shape: [5] })];
  const a = dense(3, 'a').apply(left) as tf.SymbolicTensor;
  const b = dense(3, 'b').apply(right) as tf.SymbolicTensor;
  const shared = dense(2, 'shared');
  const outputs = [shared.apply(a), shared.apply(b)] as tf.SymbolicTensor[];
  const { groups } = unitGroups(tf.model({ inputs: [left, right], outputs }));
  expect(groups.map(({ name }) => name)).toEqual(['a+b']);
});

class Halves extends tf.layers.Layer {
  static className = 'Halves';
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul([inputs].flat()[0], 0.5);
  }
}

it('names the reason for each layer that is left alone', () => {
  const input = tf.input({ shape: [6] });
  const chain = (...layers: tf.layers.Layer[]) => {
    const outputs = [...layers, dense(1, 'out')].reduce(
      (x, layer) => layer.apply(x) as tf.SymbolicTensor,
      input as tf.SymbolicTensor,
    );
    return reasonsOf(tf.model({ inputs: input, outputs }));
  };
  expect(chain(dense(4, 'a', { activation: 'softmax' })).a).toBe(
    "the activation 'softmax' of layer 'a' may mix channels",
  );
  expect(chain(dense(4, 'a'), new Halves({ name: 'half' } as object)).a).toBe(
    "layer 'half' of class 'Halves' is not followed",
  );
  expect(chain(dense(4, 'a'), tf.layers.layerNormalization({ name: 'norm' }))).toMatchObject({
    a: "layer 'norm' of class 'LayerNormalization' is not followed",
    norm: "layer 'norm' of class 'LayerNormalization' is not followed",
  });
  expect(chain(dense(6, 'a'), tf.layers.reshape({ targetShape: [2, 3], name: 'mix' }), tf.layers.flatten()).a).toBe(
    "layer 'mix' mixes channels with positions",
  );
  expect(chain(dense(6, 'a'), tf.layers.dropout({ rate: 0.5, noiseShape: [1, 6], name: 'drop' })).a).toBe(
    "layer 'drop' has a noiseShape, which may count channels",
  );
  const residual = tf.layers.add().apply([input, dense(6, 'a').apply(input) as tf.SymbolicTensor]);
  const outputs = dense(1, 'out').apply(residual) as tf.SymbolicTensor;
  expect(reasonsOf(tf.model({ inputs: input, outputs })).a).toBe('its units are coupled with an input of the model');
});

it('says how many units stay where a layer is coupled in part', () => {
  const input = tf.input({ shape: [2] });
  const [a, b] = [dense(2, 'a').apply(input), dense(1, 'b').apply(input)] as tf.SymbolicTensor[];
  const c = dense(3, 'c').apply(input) as tf.SymbolicTensor;
  const side = tf.layers.concatenate().apply([input, b]) as tf.SymbolicTensor;
  const sum = tf.layers.add().apply([side, c]) as tf.SymbolicTensor;
  const all = tf.layers.concatenate().apply([sum, a]) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: dense(1, 'out').apply(all) as tf.SymbolicTensor });
  expect(unitGroups(model).groups.map(({ name, units }) => [name, units])).toEqual([
    ['b+c', 1],
    ['a', 2],
  ]);
  expect(reasonsOf(model).c).toBe('2 of its 3 units: its units are coupled with an input of the model');
});

it('walks nested models inside, and fixes what enters and leaves them', () => {
  const nested = tf.sequential({ name: 'inner', layers: [dense(5, 'a', { inputShape: [4] }), dense(3, 'b')] });
  const model = tf.sequential({ layers: [dense(4, 'before', { inputShape: [2] }), nested, dense(2, 'after')] });
  const { groups } = unitGroups(model);
  expect(groups.map(({ name }) => name)).toEqual(['inner/a']);
  expect(reasonsOf(model)).toEqual({
    before: "its units enter the nested model 'inner'",
    'inner/b': "its units reach an output of the nested model 'inner'",
    after: 'its units reach an output of the model',
  });
});

it('refuses models without weights and anything else', () => {
  expect(() => unitGroups(tf.sequential())).toThrow(expect.objectContaining({ code: 'not-ready' }));
  expect(() => unitGroups({} as tf.LayersModel)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
});
