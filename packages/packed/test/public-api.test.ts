// The exports of each entry, and the code that a loading page contains.
import { bundledSources } from '@gcompress/fixtures/bundle';
import { expect, it } from 'vitest';
import * as contents from '../src/contents/index.ts';
import * as formats from '../src/formats/index.ts';
import * as api from '../src/index.ts';
import * as load from '../src/load/index.ts';
import * as node from '../src/node/index.ts';
import * as probes from '../src/probes/index.ts';
import * as stored from '../src/stored/index.ts';
import * as weights from '../src/weights/index.ts';
import * as worker from '../src/worker/index.ts';

it.each([
  ['.', api, ['pack', 'splitFile', 'stockFiles']],
  ['./load', load, ['packedModel', 'splitSource']],
  ['./contents', contents, ['packedContents']],
  ['./formats', formats, ['rowDecoder']],
  ['./node', node, ['fileSource', 'packedFile']],
  ['./probes', probes, ['assertAgrees', 'compareOutputs', 'probe', 'verify']],
  ['./stored', stored, ['storedModel']],
  ['./worker', worker, ['serveModels', 'workerModel']],
  [
    './weights',
    weights,
    [
      'MIN_ELEMENTS',
      'REST_DTYPES',
      'assertGainsOf',
      'assertMomentsOf',
      'assertWeightMethod',
      'chooseMethod',
      'compressWeight',
      'differences',
      'equalWeights',
      'float16Bits',
      'floatValues',
      'joinedArtifacts',
      'packWeight',
      'packableWeight',
      'readModel',
      'summedGains',
      'summedMoments',
      'takingTurns',
      'weightMatrix',
    ],
  ],
])('%s exports this and nothing else', (_, entry, names) => expect(Object.keys(entry).sort()).toEqual(names));

it('a page that loads carries no encoder, no numerics, and no TensorFlow.js of its own', async () => {
  const sources = await bundledSources('packages/packed/src/load/index.ts');
  const decoder = /^packages\/(core|coder)\/src\//;
  const own = sources.filter((path) => !decoder.test(path));
  expect(sources).not.toContain('packages/coder/src/encode.ts');
  expect(own.filter((path) => !/^packages\/packed\/src\/(load|container)\//.test(path))).toEqual([]);
  expect(sources).not.toContain('packages/core/src/tensors/cpu-ops.ts');
});
