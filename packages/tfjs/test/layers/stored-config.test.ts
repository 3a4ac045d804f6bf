import { lowRank } from '@gcompress/lowrank';
import { linearAlpha } from '@gcompress/scheduler';
import { describe, expect, it } from 'vitest';
import { compressModel, registerCompressedLayers } from '../../src/layers/index.ts';
import { loadArtifacts, savedArtifacts, smallNetwork } from '../networks.ts';

describe('a model file whose compression is not what was written', () => {
  it.each([
    ['no JSON', '{', 'file-header'],
    ['no object', '[]', 'file-header'],
    ['no method', '{"options":{},"schedule":{}}', 'file-header'],
    ['options that are none', '{"method":"lowrank","options":1,"schedule":{}}', 'file-header'],
    [
      'an unknown option',
      '{"method":"lowrank","options":{"rank":1,"x":1},"schedule":{"kind":"linear"}}',
      'unknown-option',
    ],
    [
      'a rank that does not fit',
      '{"method":"lowrank","options":{"rank":99},"schedule":{"kind":"linear"}}',
      'invalid-option',
    ],
    ['an unknown schedule', '{"method":"lowrank","options":{"rank":1},"schedule":{"kind":"x"}}', 'invalid-option'],
    ['an unknown method', '{"method":"x","options":{},"schedule":{}}', 'unknown-format'],
  ])('is refused: %s', async (_, compression, code) => {
    registerCompressedLayers([lowRank]);
    const options = { method: lowRank({ rank: 2 }), schedule: linearAlpha({ end: 10 }), minWeights: 150 };
    const artifacts = await savedArtifacts(compressModel(smallNetwork(), options).model);
    const topology = JSON.stringify(artifacts.modelTopology, (key, value) =>
      key === 'compression' ? compression : value,
    );
    const damaged = { ...artifacts, modelTopology: JSON.parse(topology) };
    await expect(loadArtifacts(damaged)).rejects.toMatchObject({ code });
  });

  const packed = { format: 'lowrank', version: 1, shape: [12, 16], config: {}, tensors: {} };
  it.each([
    ['no version', { ...packed, version: 'x' }, 'file-header'],
    ['a shape that is none', { ...packed, shape: [0, 16] }, 'invalid-matrix'],
    ['tensors that are none', { ...packed, tensors: { b: 1 } }, 'file-header'],
    ['a side that is none', { ...packed, tensors: { b: { shape: [-1], dtype: 'uint8' } } }, 'file-header'],
    ['an unknown dtype', { ...packed, tensors: { b: { shape: [1], dtype: 'int4' } } }, 'file-header'],
    ['an unknown format', { ...packed, format: 'x' }, 'unknown-format'],
  ])('is refused in a deployed layer: %s', async (_, form, code) => {
    registerCompressedLayers([lowRank]);
    const artifacts = await savedArtifacts(smallNetwork());
    const topology = JSON.stringify(artifacts.modelTopology)
      .replace('"class_name":"Dense"', '"class_name":"PackedDense"')
      .replace('"units":16', `"packed":${JSON.stringify(JSON.stringify(form))},"units":16`);
    await expect(loadArtifacts({ ...artifacts, modelTopology: JSON.parse(topology) })).rejects.toMatchObject({ code });
  });
});
