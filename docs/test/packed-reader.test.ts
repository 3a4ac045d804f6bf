// Packed models through the reader in Python, which follows the page on the file format alone.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createRandom } from '@gcompress/core';
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { lowRank } from '@gcompress/lowrank';
import { lowRankFormat } from '@gcompress/lowrank/format';
import { pack } from '@gcompress/packed';
import { rowDecoder } from '@gcompress/packed/formats';
import { packedModel } from '@gcompress/packed/load';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';

const script = resolve(import.meta.dirname, '../../tools/python-reader/read_packed.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;
const random = createRandom(5);
const normal = (count: number) => Float32Array.from({ length: count }, () => random.normal());

/** Weights of every kind of storage. */
const WEIGHTS: readonly (readonly [tf.io.WeightsManifestEntry, ArrayBufferView])[] = [
  [{ name: 'turned', dtype: 'float32', shape: [20, 30] }, normal(600)],
  [{ name: 'filter', dtype: 'float32', shape: [3, 3, 4, 16] }, normal(576)],
  [{ name: 'own', dtype: 'float32', shape: [32, 24] }, normal(768)],
  [{ name: 'half', dtype: 'float32', shape: [40] }, normal(40)],
  [{ name: 'full', dtype: 'float32', shape: [3] }, normal(3)],
  [
    { name: 'codes', dtype: 'float32', shape: [4], quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
    Uint8Array.of(0, 2, 3, 255),
  ],
  [{ name: 'ids', dtype: 'int32', shape: [2, 1] }, Int32Array.of(-5, 7)],
  [{ name: 'flags', dtype: 'bool', shape: [3] }, Uint8Array.of(1, 0, 1)],
  [{ name: 'words', dtype: 'string', shape: [2] }, Uint8Array.of(2, 0, 0, 0, 0xc3, 0xbc, 1, 0, 0, 0, 0x61)],
];

/** The weights, some of them twice. */
const ALL = [
  ...WEIGHTS,
  ...WEIGHTS.filter(([{ name }]) => ['turned', 'half', 'codes', 'words'].includes(name)).map(
    ([spec, values]) => [{ ...spec, name: `${spec.name} again` }, values] as const,
  ),
];

const constants = ALL.map(([{ name }]) => ({ name, op: 'Const' }));
const artifacts: tf.io.ModelArtifacts = {
  modelTopology: {
    node: [
      ...constants,
      { name: 'y', op: 'MatMul', input: ['x', 'turned'], attr: { transpose_b: { b: true } } },
      { name: 'v', op: 'MatMul', input: ['x', 'turned again'], attr: { transpose_b: { b: true } } },
      { name: 'z', op: 'Conv2D', input: ['x', 'filter'] },
      { name: 'u', op: 'MatMul', input: ['x', 'own'] },
    ],
  },
  userDefinedMetadata: { note: 'ünïcode ✓' },
  weightSpecs: ALL.map(([spec]) => spec),
  weightData: Uint8Array.from(Buffer.concat(ALL.map(([, view]) => new Uint8Array(view.buffer)))).buffer,
};

// Where there is no python3, nothing can be read by it
it.skipIf(!hasPython)('gives the values that the loader gives', async () => {
  const outputs = [{ name: 'y', shape: [2], dtype: 'float32' as const, data: Float32Array.of(1.5, -2) }];
  const probes = [{ inputs: [{ name: 'x', shape: [2, 3], seed: 9 }], outputs }];
  const { bytes, report } = await pack(artifacts, {
    method: ({ name, kind }) => {
      if (name === 'own') return uniform({ bits: 5, steps: 'column' });
      return kind === 'dense' ? lowRank({ rank: 3 }) : kMeans({ levels: 8 });
    },
    probes,
  });
  expect(report.weights.flatMap(({ copyOf }) => copyOf ?? [])).toEqual(['turned', 'half', 'codes', 'words']);
  const folder = mkdtempSync(join(tmpdir(), 'packed-reader-'));
  try {
    writeFileSync(join(folder, 'model.gcm'), bytes);
    const { stdout, stderr } = spawnSync('python3', ['-B', script, join(folder, 'model.gcm'), '--json'], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const read = JSON.parse(stdout);
    const formats = [rowDecoder(kMeansFormat), rowDecoder(lowRankFormat)];
    const loaded = (await packedModel(bytes, { formats }).load?.()) as tf.io.ModelArtifacts;
    expect(read.model).toEqual({
      modelTopology: loaded.modelTopology,
      userDefinedMetadata: loaded.userDefinedMetadata,
    });
    const tensors = tf.io.decodeWeights(loaded.weightData as ArrayBuffer, loaded.weightSpecs ?? []);
    expect(Object.keys(read.weights)).toEqual(Object.keys(tensors));
    for (const [name, tensor] of Object.entries(tensors)) {
      const values = [...tensor.dataSync()] as (number | string)[];
      expect(read.weights[name]).toHaveLength(values.length);
      for (const [i, value] of values.entries()) {
        if (typeof value === 'number') expect(read.weights[name][i]).toBeCloseTo(value, 5);
        else expect(read.weights[name][i]).toBe(value);
      }
    }
    const drawn = createRandom(9);
    const x = Array.from({ length: 6 }, () => Math.fround(drawn.uniform()));
    expect(read.probes).toEqual([{ inputs: { x }, outputs: { y: [1.5, -2] } }]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
