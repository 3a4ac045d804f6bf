import { isGCompressError } from '@gcompress/core';
import { lowRank } from '@gcompress/lowrank';
import { compressAtOnce, linearAlpha } from '@gcompress/scheduler';
import type * as tf from '@tensorflow/tfjs';
import { serialization } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { compressModel, registerCompressedLayers, stripCompression } from '../../src/layers/index.ts';
import { useTestBackend } from '../backend.ts';
import { classes, compile, loadArtifacts, savedArtifacts, smallNetwork, train } from '../networks.ts';
import { levels } from '../operators.ts';

beforeAll(async () => {
  await useTestBackend();
  registerCompressedLayers([lowRank, levels]);
});

/** The same model, one value of its configuration changed wherever the key is. */
function changed(artifacts: tf.io.ModelArtifacts, wanted: string, change: (value: never) => unknown) {
  const topology = JSON.stringify(artifacts.modelTopology, (key, value) =>
    key === wanted ? change(value as never) : value,
  );
  return { ...artifacts, modelTopology: JSON.parse(topology) };
}

describe('a model file with a changed compression', () => {
  const good = {
    method: 'lowrank',
    options: { rank: 1 },
    schedule: { kind: 'linear', end: 10 },
    matrices: ['kernel'],
    split: 'filters',
  };
  it.each([
    ['no JSON', '{', 'file-header'],
    ['no object', [], 'file-header'],
    ['no method', { ...good, method: undefined }, 'file-header'],
    ['options that are none', { ...good, options: 1 }, 'file-header'],
    ['no matrix', { ...good, matrices: [] }, 'file-header'],
    ['a matrix twice', { ...good, matrices: ['kernel', 'kernel'] }, 'file-header'],
    ['an unknown split', { ...good, split: 'x' }, 'file-header'],
    ['a matrix that the layer does not have', { ...good, matrices: ['bias'] }, 'invalid-option'],
    ['an unknown option', { ...good, options: { rank: 1, x: 1 } }, 'unknown-option'],
    ['a rank that does not fit', { ...good, options: { rank: 99 } }, 'invalid-option'],
    ['an unknown schedule', { ...good, schedule: { kind: 'x' } }, 'invalid-option'],
    ['an unknown method', { ...good, method: 'x' }, 'unknown-format'],
  ])('is refused: %s', async (_, compression, code) => {
    const options = { method: lowRank({ rank: 2 }), schedule: linearAlpha({ end: 10 }), minWeights: 150 };
    const artifacts = await savedArtifacts(compressModel(smallNetwork(), options).model);
    const text = typeof compression === 'string' ? compression : JSON.stringify(compression);
    await expect(loadArtifacts(changed(artifacts, 'compression', () => text))).rejects.toMatchObject({ code });
  });

  it.each([
    ['nothing', () => undefined, 'file-header'],
    ['no configuration', () => ({ class_name: 'Dense' }), 'file-header'],
    ['an optimizer', () => ({ class_name: 'SGD', config: { learning_rate: 1 } }), 'file-header'],
    ['a model', () => ({ class_name: 'Sequential', config: { layers: [] } }), 'file-header'],
    ['what JavaScript objects have', () => ({ class_name: 'constructor', config: {} }), 'unsupported'],
    ['an unregistered class', () => ({ class_name: 'Mixing', config: {} }), 'unsupported'],
  ])('is refused: %s inside', async (_, inner, code) => {
    const options = { method: lowRank({ rank: 2 }), schedule: linearAlpha({ end: 10 }), minWeights: 150 };
    const artifacts = await savedArtifacts(compressModel(smallNetwork(), options).model);
    await expect(loadArtifacts(changed(artifacts, 'layer', inner))).rejects.toMatchObject({ code });
  });

  it('is refused: a compressed layer inside a compressed layer', async () => {
    const options = { method: lowRank({ rank: 2 }), schedule: linearAlpha({ end: 10 }), minWeights: 150 };
    const artifacts = await savedArtifacts(compressModel(smallNetwork(), options).model);
    const topology = artifacts.modelTopology as { config: { layers: { config: object }[] } };
    const layers = topology.config.layers.map((layer) => ({ ...layer, config: { ...layer.config, layer } }));
    const nested = { ...topology, config: { ...topology.config, layers } };
    await expect(loadArtifacts({ ...artifacts, modelTopology: nested })).rejects.toMatchObject({ code: 'file-header' });
  });

  const packed = {
    split: 'filters',
    prefer: 'speed',
    matrices: [{ name: 'kernel', format: 'lowrank', version: 1, shape: [12, 16], config: {}, tensors: {} }],
  };
  const [matrix] = packed.matrices;
  it.each([
    ['no matrix', { ...packed, matrices: [] }, 'file-header'],
    ['a matrix twice', { ...packed, matrices: [matrix, matrix] }, 'file-header'],
    ['no split', { ...packed, split: null }, 'file-header'],
    ['an unknown preference', { ...packed, prefer: 'size' }, 'file-header'],
    ['no version', { ...packed, matrices: [{ ...matrix, version: 'x' }] }, 'file-header'],
    ['a shape that is none', { ...packed, matrices: [{ ...matrix, shape: [0, 16] }] }, 'invalid-matrix'],
    ['the shape of another', { ...packed, matrices: [{ ...matrix, shape: [16, 12] }] }, 'shape-mismatch'],
    ['a matrix that the layer does not have', { ...packed, matrices: [{ ...matrix, name: 'x' }] }, 'shape-mismatch'],
    ['tensors that are none', { ...packed, matrices: [{ ...matrix, tensors: { b: 1 } }] }, 'file-header'],
    [
      'a side that is none',
      { ...packed, matrices: [{ ...matrix, tensors: { b: { shape: [-1], dtype: 'uint8' } } }] },
      'file-header',
    ],
    [
      'an unknown dtype',
      { ...packed, matrices: [{ ...matrix, tensors: { b: { shape: [1], dtype: 'int4' } } }] },
      'file-header',
    ],
    ['an unknown format', { ...packed, matrices: [{ ...matrix, format: 'x' }] }, 'unknown-format'],
    [
      'tensors of 12 GiB',
      {
        ...packed,
        matrices: [
          {
            ...matrix,
            tensors: Object.fromEntries(
              Array.from({ length: 12 }, (_, i) => [`t${i}`, { shape: [2 ** 28], dtype: 'float32' }]),
            ),
          },
        ],
      },
      'file-oversized',
    ],
    [
      'a matrix of too many values',
      { ...packed, matrices: [{ ...matrix, shape: [2 ** 20, 2 ** 20] }] },
      'file-oversized',
    ],
    [
      'the name of a tensor that is none',
      { ...packed, matrices: [{ ...matrix, tensors: { 'a b': { shape: [1], dtype: 'uint8' } } }] },
      'file-header',
    ],
  ])('is refused in a packed layer: %s', async (_, form, code) => {
    const options = {
      method: levels({ count: 4 }),
      schedule: compressAtOnce(),
      rules: [{ name: 'fc1', minWeights: 1 }],
    };
    const { model, callback } = compressModel(smallNetwork(), options);
    compile(model);
    await train(model, classes(), 1, [callback]);
    const artifacts = await savedArtifacts(stripCompression(model));
    await expect(loadArtifacts(changed(artifacts, 'packed', () => JSON.stringify(form)))).rejects.toMatchObject({
      code,
    });
  });
});

describe('hostile values', () => {
  /** What JSON may hold in the place of anything. */
  const hostile: readonly unknown[] = [
    null,
    true,
    -1,
    1e308,
    '',
    'x',
    '17',
    [],
    {},
    { toString: 1 },
    { toString: 1, valueOf: 1 },
    { length: 2 ** 31 },
    { constructor: 1 },
    [[[{}]]],
    2 ** 53,
  ];

  /** Every object that is like `value` but for one hostile value in one place. */
  function* variants(value: unknown): Generator<unknown> {
    yield* hostile;
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      for (const other of variants(inner)) {
        if (!Array.isArray(value)) yield { ...value, [key]: other };
        else yield value.map((each, i) => (String(i) === key ? other : each));
      }
    }
  }

  const written = {
    compression: {
      method: 'lowrank',
      options: { rank: 1 },
      schedule: { kind: 'linear', end: 10 },
      matrices: ['kernel'],
      split: 'filters',
    },
    packed: {
      split: 'filters',
      prefer: 'speed',
      matrices: [
        {
          name: 'kernel',
          format: 'lowrank',
          version: 1,
          shape: [4, 4],
          config: {},
          tensors: { b: { shape: [4, 1], dtype: 'float32' }, c: { shape: [1, 4], dtype: 'float32' } },
        },
      ],
    },
  };

  it.each(Object.entries(written))('in the %s of a layer load, or end in the house error', (key, right) => {
    const [layerClass, fromConfig] = classOf(key);
    const layer = { className: 'Dense', config: { units: 4, name: 'it' } };
    let refused = 0;
    for (const form of variants(right)) {
      try {
        const made = fromConfig(layerClass, { [key]: JSON.stringify(form), layer } as never) as tf.layers.Layer;
        made.build([null, 4]);
        for (const weight of made.weights) weight.dispose();
      } catch (error) {
        if (!isGCompressError(error)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });

  it.each(Object.keys(written))('in the place of the whole %s, or of the inner layer, are refused', (key) => {
    const [layerClass, fromConfig] = classOf(key);
    const right = JSON.stringify(written[key as keyof typeof written]);
    const house = expect.objectContaining({ name: 'GCompressError' });
    const layer = { className: 'Dense', config: { units: 4, name: 'it' } };
    for (const value of [...hostile, '['.repeat(100_000), `${'['.repeat(100_000)}${']'.repeat(100_000)}`]) {
      expect(() => fromConfig(layerClass, { [key]: value, layer } as never)).toThrow(house);
      expect(() => fromConfig(layerClass, { [key]: right, layer: value } as never)).toThrow(house);
    }
    const units = [null, -1, 'x', { toString: 1 }, [], 1.5].map((units) => ({ className: 'Dense', config: { units } }));
    for (const inner of [
      ...units,
      { className: 'Embedding', config: {} },
      { className: 'Bidirectional', config: {} },
    ]) {
      expect(() => fromConfig(layerClass, { [key]: right, layer: inner } as never)).toThrow(house);
    }
  });

  function classOf(key: string) {
    const name = key === 'packed' ? 'PackedLayer' : 'CompressedLayer';
    return serialization.SerializationMap.getMap().classNameMap[name];
  }
});
