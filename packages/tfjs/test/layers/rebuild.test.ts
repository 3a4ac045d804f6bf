import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { compressAtOnce } from '@gcompress/scheduler';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { variableSpecs } from '../../src/index.ts';
import {
  CompressedLayer,
  type CompressModelOptions,
  compressedLayers,
  compressionReport,
  compressModel,
  PackedLayer,
  registerCompressedLayers,
  stripCompression,
} from '../../src/layers/index.ts';
import { isModel } from '../../src/layers/model/model-layers.ts';
import { useTestBackend } from '../backend.ts';
import { loadArtifacts, savedArtifacts } from '../networks.ts';

beforeAll(async () => {
  await useTestBackend();
  registerCompressedLayers([lowRank, kMeans]);
});

const lastOnly: CompressModelOptions = {
  method: lowRank({ rank: 1 }),
  schedule: compressAtOnce(),
  minWeights: 1,
  rules: [{ name: 'last' }],
};

async function strip(model: tf.LayersModel, options: CompressModelOptions) {
  const { model: small, callback } = compressModel(model, options);
  await callback.onTrainBegin();
  await callback.onBatchEnd();
  await callback.onTrainEnd();
  return { small, deployed: stripCompression(small) };
}

const dense = (name: string, args = {}) => tf.layers.dense({ units: 4, name, ...args });

/** Layers [4] → [4] of many kinds, each with something that a copy may lose. */
const layerKinds: readonly ((name: string) => tf.layers.Layer)[] = [
  (name) => dense(name, { activation: 'tanh', kernelInitializer: tf.initializers.randomNormal({ seed: 7 }) }),
  (name) => dense(name, { kernelRegularizer: tf.regularizers.l1l2({ l1: 0.1 }), useBias: false }),
  (name) => dense(name, { kernelConstraint: tf.constraints.maxNorm({ maxValue: 0.1 }), biasInitializer: 'ones' }),
  (name) => dense(name, { trainable: false }),
  (name) => tf.layers.batchNormalization({ name, momentum: 0.5, movingMeanInitializer: 'ones' }),
  (name) => tf.layers.dropout({ name, rate: 0.3, seed: 5 }),
  (name) => tf.layers.leakyReLU({ name, alpha: 0.2 }),
];

const node = fc.record({
  kind: fc.nat(layerKinds.length - 1),
  frozen: fc.constantFrom('no', 'layer', 'first weight', 'last weight'),
});
const networks = fc.record({
  parts: fc.array(
    fc.oneof(node, fc.record({ nested: fc.array(node, { minLength: 1, maxLength: 3 }), frozen: fc.boolean() })),
    {
      maxLength: 4,
    },
  ),
  functional: fc.boolean(),
  frozen: fc.boolean(),
});
type Node = { readonly kind: number; readonly frozen: string };

function network({ parts, functional, frozen }: typeof networks extends fc.Arbitrary<infer N> ? N : never) {
  let count = 0;
  const freeze = (layer: tf.layers.Layer, how: string) => {
    if (how === 'layer') layer.trainable = false;
    const weight = how === 'first weight' ? layer.weights[0] : layer.weights[layer.weights.length - 1];
    if (how.endsWith('weight') && weight) weight.trainable = false;
  };
  const sequence = (
    nodes: readonly (Node | { readonly nested: readonly Node[]; readonly frozen: boolean })[],
    name: string,
  ) => {
    const layers = nodes.map((part) =>
      'nested' in part
        ? { layer: sequence(part.nested, `nested${count++}`) as tf.layers.Layer, how: part.frozen ? 'layer' : 'no' }
        : { layer: layerKinds[part.kind](`layer${count++}`), how: part.frozen },
    );
    // Named so that a model around it has no layer of that name
    const model = tf.sequential({ name, layers: [tf.layers.inputLayer({ inputShape: [4], name: `${name}_in` })] });
    for (const { layer } of layers) model.add(layer);
    for (const { layer, how } of layers) freeze(layer, how);
    return model;
  };
  const whole = sequence(parts, 'whole');
  const last = dense('last');
  let model: tf.LayersModel = whole;
  if (functional) {
    const input = tf.input({ shape: [4], name: 'goes_in' });
    const hidden = whole.apply(input) as tf.SymbolicTensor;
    const added = tf.layers.add({ name: 'sum' }).apply([hidden, input]) as tf.SymbolicTensor;
    model = tf.model({ name: 'graph', inputs: input, outputs: last.apply(added) as tf.SymbolicTensor });
  } else {
    whole.add(last);
  }
  if (frozen) model.trainable = false;
  model.setUserDefinedMetadata({ of: 'a test' });
  return model;
}

/** All that a copy has to keep of a model, less the layer that is compressed. */
function told(model: tf.LayersModel): unknown {
  return [
    model.name,
    model.trainable,
    model.inputs.map(({ sourceLayer }) => sourceLayer.name),
    model.outputs.map(({ sourceLayer }) => sourceLayer.name),
    model.layers
      .filter(({ name }) => !name.startsWith('last'))
      .map((layer) =>
        isModel(layer)
          ? told(layer)
          : [
              layer.getClassName(),
              layer.getConfig(),
              layer.weights.map((weight) => [weight.trainable, weight.read().arraySync()]),
            ],
      ),
  ];
}

/** Shapes of what an optimizer would change, less what compression adds. */
const trained = (model: tf.LayersModel) =>
  model.trainableWeights
    .map(({ shape, originalName }) => [originalName, shape])
    .filter(([name]) => !/kernel\/[bc]/.test(String(name)));

const outputs = (model: tf.LayersModel) => tf.tidy(() => (model.predict(tf.ones([2, 4])) as tf.Tensor).arraySync());

describe('a rebuilt model', () => {
  it('keeps configurations, weights, frozen layers, names, metadata and predictions', async () => {
    await fc.assert(
      fc.asyncProperty(networks, async (shape) => {
        const model = network(shape);
        const { small, deployed } = await strip(model, lastOnly);
        expect(told(small)).toEqual(told(model));
        expect(told(deployed)).toEqual(told(model));
        expect(trained(small).length).toBe(trained(model).length);
        expect(deployed.trainableWeights.length === 0).toBe(model.trainableWeights.length === 0);
        expect(deployed.getUserDefinedMetadata()).toEqual({ of: 'a test' });
        expect(outputs(deployed)).toEqual(outputs(small));
        expect(outputs(compressModel(model, lastOnly).model)).toEqual(outputs(model));
        for (const each of [model, small, deployed]) each.dispose();
      }),
      { numRuns: 15, seed: 9 },
    );
  });

  it('keeps a frozen nested model frozen, through compression, stripping, and unfreezing again', async () => {
    const base = tf.sequential({ name: 'base', layers: [dense('inner', { inputShape: [4] }), dense('other')] });
    const model = tf.sequential({ layers: [base, dense('head')] });
    base.trainable = false;
    const all = { ...lastOnly, rules: [{ className: 'Dense' }] };
    const { small, deployed } = await strip(model, all);
    for (const each of [small, deployed]) {
      expect(each.layers.find(({ name }) => name === 'base')?.trainable).toBe(false);
      expect(
        each.trainableWeights.map(({ originalName }) => originalName).every((name) => name.startsWith('head')),
      ).toBe(true);
      expect(each.trainableWeights.length).toBeGreaterThan(0);
    }
    (small.layers[0] as tf.LayersModel).trainable = true;
    // Two kernels and biases, and b and c, of each of three layers
    expect(small.trainableWeights.length).toBe(12);
  });

  it('has unique layer names, also if names of new stock layers are taken', async () => {
    const names = ['critic_b', 'critic', 'critic_b_1', 'actor_b_1', 'actor'];
    const model = tf.sequential({ layers: names.map((name, i) => dense(name, i === 0 ? { inputShape: [4] } : {})) });
    const { deployed } = await strip(model, { ...lastOnly, rules: [{ name: /^(critic|actor)$/ }] });
    const found = deployed.layers.map(({ name }) => name);
    expect(new Set(found).size).toBe(found.length);
    expect(found).toEqual(expect.arrayContaining([...names, 'critic_b_2', 'actor_b']));
    const loaded = await loadArtifacts(await savedArtifacts(deployed));
    expect(outputs(loaded)).toEqual(outputs(deployed));
  });

  it('keeps the names of its inputs when it is stripped and loaded, because data sets use them', async () => {
    const model = tf.sequential({ layers: [dense('a', { inputShape: [4] }), dense('z')] });
    const { deployed } = await strip(model, { ...lastOnly, rules: undefined as never });
    for (const each of [deployed, await loadArtifacts(await savedArtifacts(deployed))]) {
      each.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      expect([each.inputNames, each.outputNames]).toEqual([['a_input'], ['z']]);
      const data = tf.data.array([{ xs: { a_input: tf.ones([1, 4]) }, ys: { z: tf.ones([1, 4]) } }]);
      const loss = (await each.evaluateDataset(data as never, { batches: 1 } as never)) as tf.Scalar;
      expect(Number.isFinite(loss.dataSync()[0])).toBe(true);
    }
  });
});

describe('a custom class with inner layers', () => {
  class Holding extends tf.layers.Layer {
    static readonly className: string = 'Holding';
    readonly held = tf.layers.dense({ units: 4, useBias: false });
    constructor(args: { name: string; early?: boolean }) {
      super(args as never);
      this.early = args.early ?? false;
    }
    readonly early: boolean;
    override build(shape: tf.Shape) {
      if (this.early) {
        this.held.build(shape);
        this.held.built = true;
      }
      super.build(shape);
    }
    override call(x: tf.Tensor | tf.Tensor[]) {
      return this.held.apply(x) as tf.Tensor;
    }
    override computeOutputShape(shape: tf.Shape) {
      return shape;
    }
    override getConfig() {
      return { ...super.getConfig(), early: this.early };
    }
  }

  const holding = (early: boolean) => {
    const model = tf.sequential({ layers: [dense('last', { inputShape: [4] }), new Holding({ name: 'own', early })] });
    outputs(model);
    return model;
  };

  it('is copied with all weights if it builds its inner layers', () => {
    const model = holding(true);
    expect(outputs(compressModel(model, lastOnly).model)).toEqual(outputs(model));
  });

  it('is refused with the reason if it does not build them, and no tensor is left', () => {
    const model = holding(false);
    const before = tf.memory().numTensors;
    expect(() => compressModel(model, lastOnly)).toThrow(
      "layer 'own' of class 'Holding': expected a copy with the same 1 weights, those of inner layers included, got a copy with 0 weights.",
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is refused inside a model of a custom class', () => {
    class Mine extends tf.LayersModel {}
    const input = tf.input({ shape: [4] });
    const model = new Mine({ inputs: input, outputs: dense('last').apply(input) as tf.SymbolicTensor, name: 'm' });
    expect(() => compressModel(model, lastOnly)).toThrow(
      /expected a Sequential or functional model, got a model of class 'Mine'/,
    );
  });
});

it('constructors of layers refuse plain JavaScript values', () => {
  const layer = dense('it');
  const compressed = { layer, ...lastOnly, compressor: lastOnly.method, matrices: ['kernel'], split: 'filters' };
  const { compressor, schedule, matrices, split } = compressed;
  const args = { layer, compressor, schedule, matrices, split };
  const packed = {
    layer,
    matrices: [{ name: 'kernel', format: lowRank.format, packed: { shape: [4, 4], tensors: {} } }],
  };
  const house = expect.objectContaining({ name: 'GCompressError' });
  for (const value of [undefined, null, 0, Number.NaN, 'text', true, {}, [], () => {}] as never[]) {
    expect(() => new CompressedLayer(value)).toThrow(house);
    expect(() => new PackedLayer(value)).toThrow(house);
    expect(() => variableSpecs(value)).toThrow(house);
    for (const key of Object.keys(args)) {
      expect(() => new CompressedLayer({ ...args, [key]: value } as never)).toThrow(house);
    }
    for (const key of Object.keys(packed)) {
      expect(() => new PackedLayer({ ...packed, [key]: value } as never)).toThrow(house);
    }
    if (!Array.isArray(value)) expect(() => registerCompressedLayers(value)).toThrow(house);
    expect(() => registerCompressedLayers([value])).toThrow(house);
    if (!Array.isArray(value) && value !== undefined) expect(() => registerCompressedLayers([], value)).toThrow(house);
  }
});

it('refuses anything but a model, and says what to do', async () => {
  const promise = Promise.resolve(tf.sequential());
  const graph = { executeAsync: () => {}, inputs: [], outputs: [] };
  const house = { name: 'GCompressError' };
  for (const model of [undefined, null, 0, Number.NaN, 'text', {}, [], () => {}, promise, graph] as never[]) {
    expect(() => compressModel(model, lastOnly)).toThrow(expect.objectContaining(house));
    expect(() => stripCompression(model)).toThrow(expect.objectContaining(house));
    expect(() => compressedLayers(model)).toThrow(expect.objectContaining(house));
  }
  expect(() => compressModel(promise as never, lastOnly)).toThrow(/got a promise\. Await the promise/);
  expect(() => compressModel(graph as never, lastOnly)).toThrow(/got a graph model\. A graph model has no layers/);
});

describe('options of compressModel', () => {
  const model = () => tf.sequential({ layers: [dense('emb1', { inputShape: [4] }), dense('emb2'), dense('emb3')] });
  const good = { method: lowRank({ rank: 1 }), schedule: compressAtOnce(), minWeights: 1 };

  it.each<[string, object, string]>([
    ['a key that nobody reads', { ...good, rule: [] }, "'rule'"],
    [
      'such a key of a rule',
      { ...good, rules: [{ layer: 'emb1' }] },
      'rules[0]: expected options among name, className',
    ],
    ['a method that was not called', { ...good, method: lowRank }, 'Call it: lowRank({ … }).'],
    ['a method by name', { ...good, method: 'lowrank' }, "got 'lowrank'"],
    ['no method', { schedule: good.schedule }, 'compressModel method: expected a compressor, got undefined'],
    ['no schedule', { method: good.method }, 'compressModel schedule: expected a schedule, got undefined'],
    ['minWeights NaN', { ...good, minWeights: Number.NaN }, 'got NaN'],
    ['minWeights NaN in a rule', { ...good, rules: [{ minWeights: Number.NaN }] }, 'got NaN'],
    ['rules that are no list', { ...good, rules: { name: 'emb1' } }, 'expected a list of rules, got an object'],
    ['a rule that is none', { ...good, rules: [{}, null] }, 'rules[1]: expected an options object, got null'],
    ['a name of a number', { ...good, rules: [{ name: 5 }] }, 'a name or a regular expression, got 5'],
    ['an unknown layer', { ...good, rules: [{ name: 'fc' }] }, "names of layers: emb1, emb2, emb3, got 'fc'"],
    ['a predicate that is none', { ...good, rules: [{ predicate: true }] }, 'expected a function, got true'],
    ['matrices that are no list', { ...good, rules: [{ matrices: 'kernel' }] }, "got 'kernel'"],
    ['an unknown split', { ...good, rules: [{ split: 'x' }] }, "one of 'filters', 'spatial', got 'x'"],
    ['a method of a rule', { ...good, rules: [{ method: lowRank }] }, 'Call it'],
    ['a listener that is none', { ...good, onUpdate: 1 }, 'onUpdate: expected a function, got 1'],
  ])('refuse %s', (_, options, message) => {
    expect(() => compressModel(model(), options as never)).toThrow(message);
  });

  it.each([undefined, null, 0, 'text', [], () => {}])('refuse %s', (options) => {
    expect(() => compressModel(model(), options as never)).toThrow(expect.objectContaining({ name: 'GCompressError' }));
  });

  it.each([/^emb/g, /^emb/y, /emb/gy, /EMB/gi])('match every name by %s, without keeping a position', (name) => {
    const { model: small } = compressModel(model(), { ...good, rules: [{ name }] });
    expect(compressedLayers(small).map((layer) => layer.name)).toEqual(['emb1', 'emb2', 'emb3']);
  });
});

describe('the report', () => {
  it('names the layers that need the loader before and after stripping, but no low-rank layers', async () => {
    const model = tf.sequential({ layers: [dense('codes', { inputShape: [4] }), dense('factors')] });
    const mixed = {
      ...lastOnly,
      rules: [{ name: 'codes', method: kMeans({ levels: 2 }) }, { name: 'factors' }],
    };
    const { small, deployed } = await strip(model, mixed);
    expect(compressionReport(small).needsLoader).toEqual(['codes']);
    expect(String(compressionReport(small))).toContain('needs registerCompressedLayers to be loaded: codes');
    expect(compressionReport(deployed).needsLoader).toEqual(['codes']);
    const plain = await strip(model, { ...lastOnly, rules: [{ className: 'Dense' }] });
    expect(compressionReport(plain.small).needsLoader).toEqual([]);
    expect(plain.deployed.layers.map((layer) => layer.getClassName())).not.toContain('PackedLayer');
  });

  it('warns of forms larger than the dense matrix, before and after a compression', async () => {
    const model = tf.sequential({ layers: [dense('last', { inputShape: [4] })] });
    const method = kMeans({ levels: 16, allowLarger: true });
    const { report } = compressModel(model, { ...lastOnly, method });
    const { small } = await strip(model, { ...lastOnly, method });
    const warning = /last\/kernel: kmeans: \d+ bytes are not fewer than the 64 of the dense matrix \[4, 4\]/;
    expect(report().warnings).toEqual([expect.stringMatching(warning)]);
    expect(compressionReport(small).warnings).toEqual([expect.stringMatching(warning)]);
    expect(String(report())).toContain('warning: last/kernel');
  });
});
