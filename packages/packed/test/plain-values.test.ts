// Any JavaScript value for any argument gives a result or a GCompressError.
import { isGCompressError } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import * as fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { rowDecoder } from '../src/formats/index.ts';
import { pack, stockFiles } from '../src/index.ts';
import { packedModel } from '../src/load/index.ts';
import { packedFile } from '../src/node/index.ts';
import { probe, verify } from '../src/probes/index.ts';
import { graphArtifacts } from './models.ts';
import { formats, packedExample } from './packed-example.ts';

const PLAIN: readonly unknown[] = [
  null,
  Number.NaN,
  -1,
  0,
  1.5,
  2 ** 60,
  'text',
  'a\0b',
  true,
  {},
  [],
  [2.5, 'x'],
  [null],
  () => 1,
  Symbol('s'),
  10n,
  { id: 'x' },
  { id: 'x', rows: 5 },
  { maxBytes: 'many' },
  { inputs: [], outputs: [] },
  { inputs: [null], outputs: [{}] },
  { compress: () => 5, plan: () => 5, format: {} },
  new Float32Array(3),
  new ArrayBuffer(3),
];

let bytes: Uint8Array;
beforeAll(async () => {
  bytes = await packedExample();
});

const artifacts = graphArtifacts();
const method = kMeans({ levels: 4 });
const model = { inputs: [{ name: 'x' }], outputs: [{ name: 'y' }], predict: () => null };

type Call = (value: never) => unknown;
const CALLS: Readonly<Record<string, Call>> = {
  'pack artifacts': (value) => pack(value, { method }),
  'pack options': (value) => pack(artifacts, value),
  'pack method': (value) => pack(artifacts, { method: value }),
  'pack matrices': (value) => pack(artifacts, { matrices: value }),
  'pack a matrix': (value) => pack(artifacts, { matrices: new Map([['table', value]]) }),
  'pack a matrix of another name': (value) => pack(artifacts, { matrices: new Map([[value, 1 as never]]) }),
  'pack inputMoments': (value) => pack(artifacts, { method, inputMoments: value }),
  'pack a moment': (value) => pack(artifacts, { method, inputMoments: new Map([['table', value]]) }),
  'pack minElements': (value) => pack(artifacts, { method, minElements: value }),
  'pack rest': (value) => pack(artifacts, { method, rest: value }),
  'pack probes': (value) => pack(artifacts, { method, probes: value }),
  'pack one probe': (value) => pack(artifacts, { method, probes: [value] }),
  'pack inputs': (value) => pack(artifacts, { method, probes: [{ inputs: [value], outputs: [] }] }),
  'pack outputs': (value) => pack(artifacts, { method, probes: [{ inputs: [], outputs: [value] }] }),
  'pack signal': (value) => pack(artifacts, { method, signal: value }),
  'pack onProgress': (value) => pack(artifacts, { method, onProgress: value }),
  'pack weightSpecs': (value) => pack({ ...artifacts, weightSpecs: value }, { method }),
  'pack a weightSpec': (value) => pack({ ...artifacts, weightSpecs: [value] }, { method }),
  'pack shape': (value) =>
    pack({ ...artifacts, weightSpecs: [{ name: 'a', dtype: 'float32', shape: value }] }, { method }),
  'pack dtype': (value) => pack({ ...artifacts, weightSpecs: [{ name: 'a', dtype: value, shape: [1] }] }, { method }),
  'pack weightData': (value) => pack({ ...artifacts, weightData: value }, { method }),
  'pack modelTopology': (value) => pack({ ...artifacts, modelTopology: value }, { method }),
  'pack node': (value) => pack({ ...artifacts, modelTopology: { node: [value] } }, { method }),
  'pack input': (value) =>
    pack({ ...artifacts, modelTopology: { node: [{ name: 'a', op: 'MatMul', input: value }] } }, { method }),
  'pack attr': (value) =>
    pack(
      { ...artifacts, modelTopology: { node: [{ name: 'a', op: 'MatMul', input: ['b', 'c'], attr: value }] } },
      { method },
    ),
  'pack library': (value) => pack({ ...artifacts, modelTopology: { node: [], library: value } }, { method }),
  'pack userDefinedMetadata': (value) => pack({ ...artifacts, userDefinedMetadata: { value } }, { method }),
  'stockFiles artifacts': (value) => stockFiles(value),
  'stockFiles options': (value) => stockFiles(artifacts, value),
  'stockFiles shardBytes': (value) => stockFiles(artifacts, { shardBytes: value }),
  'packedModel source': (value) => packedModel(value).load?.(),
  'packedModel options': (value) => packedModel(bytes, value),
  'packedModel signal': (value) => packedModel(bytes, { formats, signal: value }).load?.(),
  'packedModel onProgress': (value) => packedModel(bytes, { formats, onProgress: value }),
  'packedModel limits': (value) => packedModel(bytes, { limits: value }),
  'packedModel maxBytes': (value) => packedModel(bytes, { limits: { maxBytes: value } }),
  'packedModel formats': (value) => packedModel(bytes, { formats: value }).load?.(),
  'packedModel a format': (value) => packedModel(bytes, { formats: [value] }).load?.(),
  'packedFile path': (value) => packedFile(value).load?.(),
  'packedFile options': (value) => packedFile('nothing', value),
  'rowDecoder format': (value) => rowDecoder(value),
  'probe model': (value) => probe(value, []),
  'probe inputs': (value) => probe(model as never, value),
  'probe an input': (value) => probe(model as never, [value]),
  'verify model': (value) => verify(value, bytes),
  'verify source': (value) => verify(model as never, value),
  'verify tolerance': (value) => verify(model as never, new Uint8Array(1), { tolerance: value }),
  'verify options': (value) => verify(model as never, new Uint8Array(1), value),
};

it.each(Object.entries(CALLS))('%s', async (_, call) => {
  const property = fc.asyncProperty(fc.constantFrom(...PLAIN), async (value) => {
    try {
      await call(value as never);
    } catch (error) {
      if (!isGCompressError(error)) throw error;
    }
  });
  await fc.assert(property, { numRuns: 2 * PLAIN.length, seed: 1 });
});

it('takes what the calls above replace', async () => {
  expect((await pack(artifacts, { method })).bytes.length).toBeGreaterThan(0);
});
