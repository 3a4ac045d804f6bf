import { lowRank } from '@gcompress/lowrank';
import { compressAtOnce, linearAlpha } from '@gcompress/scheduler';
import type * as tf from '@tensorflow/tfjs';
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

describe('a model file whose compression is not what was written', () => {
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

  it('is refused: a compressed layer inside another', async () => {
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
