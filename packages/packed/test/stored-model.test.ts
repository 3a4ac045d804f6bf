// Matrices of a packed file in their stored form: chosen ones stay as they are, all others are decoded as ever.
import type { PackedMatrix } from '@gcompress/core';
import { kMeansFormat } from '@gcompress/kmeans/format';
import type * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { packedModel } from '../src/load/index.ts';
import { type ChooseStored, type KeptMatrix, storedModel } from '../src/stored/index.ts';
import { formats, packedExample, putTogether, takenApart } from './packed-example.ts';

let file: Uint8Array;
let dense: tf.io.ModelArtifacts;

beforeAll(async () => {
  file = await packedExample();
  dense = (await packedModel(file, { formats }).load?.()) as tf.io.ModelArtifacts;
});

const choosing =
  (...names: string[]): ChooseStored =>
  () =>
    new Set(names);

/** Name → bytes of each weight of artifacts whose weights are not quantized below 16 bits. */
function weightBytes({ weightSpecs = [], weightData }: tf.io.ModelArtifacts): Map<string, Uint8Array> {
  const data = new Uint8Array(weightData as ArrayBuffer);
  const sizes = { float32: 4, int32: 4, bool: 1, string: 0, complex64: 8 };
  let at = 0;
  return new Map(
    weightSpecs.map(({ name, dtype, shape, quantization }) => {
      const values = shape.reduce((product, side) => product * side, 1);
      const length =
        dtype === 'string' ? 'Katze'.length + 'Hündin'.length + 1 + 8 : values * (quantization ? 2 : sizes[dtype]);
      at += length;
      return [name, data.slice(at - length, at)] as const;
    }),
  );
}

it('tells the choice of all matrices and the topology, and of nothing else', async () => {
  let seen: readonly KeptMatrix[] = [];
  await storedModel(file, { formats }).load(({ topology, matrices }) => {
    expect(topology).toEqual(dense.modelTopology);
    seen = matrices;
    return new Set();
  });
  expect(seen.map(({ name, format, shape, swapped }) => [name, format, shape, swapped])).toEqual([
    ['conv/filter', 'kmeans', [18, 16], false],
    ['dense/kernel', 'kmeans', [256, 7], true],
    ['table', 'kmeans', [50, 7], false],
  ]);
});

it('without a choice gives what packedModel gives', async () => {
  const { artifacts, matrices } = await storedModel(file, { formats }).load(choosing());
  expect(artifacts).toEqual(dense);
  expect(matrices.size).toBe(0);
});

it('leaves chosen matrices as they are stored, and decodes the others', async () => {
  const { artifacts, matrices } = await storedModel(file, { formats }).load(choosing('table', 'gain', 'nothing'));
  expect([...matrices.keys()]).toEqual(['table']);
  const all = weightBytes(dense);
  const rest = weightBytes(artifacts);
  expect([...all.keys()].filter((name) => !rest.has(name))).toEqual(['table']);
  for (const [name, bytes] of rest) expect(bytes).toEqual(all.get(name));
  const packed = matrices.get('table') as PackedMatrix;
  const [decoder] = formats;
  const values = decoder.rows(packed, {})(50);
  expect(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).toEqual(all.get('table'));
  expect(kMeansFormat.unpack(packed).encoding.shape).toEqual([50, 7]);
});

it('needs no decoder for the matrices that stay', async () => {
  const names = ['conv/filter', 'dense/kernel', 'table'];
  const { matrices } = await storedModel(file).load(choosing(...names));
  expect([...matrices.keys()].sort()).toEqual([...names].sort());
  await expect(storedModel(file).load(choosing('table'))).rejects.toMatchObject({ code: 'unknown-format' });
});

describe('is refused', () => {
  it('where it is damaged, chosen or not', async () => {
    const { header, data } = takenApart(file);
    const damaged = data.slice();
    damaged[data.length >> 1] ^= 1;
    const bytes = putTogether(JSON.stringify(header), damaged);
    for (const choose of [choosing(), choosing('table', 'conv/filter', 'dense/kernel')]) {
      await expect(storedModel(bytes, { formats }).load(choose)).rejects.toMatchObject({ code: 'file-checksum' });
      await expect(storedModel(file.subarray(0, -9), { formats }).load(choose)).rejects.toMatchObject({
        code: 'file-truncated',
      });
    }
  });

  it('above the limit of decoded bytes, whatever stays in its stored form', async () => {
    const limits = { maxBytes: 1000 };
    await expect(storedModel(file, { limits }).load(choosing('table'))).rejects.toMatchObject({
      code: 'file-oversized',
    });
  });

  it('with the reason of its signal', async () => {
    const reason = new Error('enough');
    await expect(storedModel(file, { signal: AbortSignal.abort(reason) }).load(choosing())).rejects.toBe(reason);
  });

  it('for a choice that is no set', async () => {
    await expect(storedModel(file).load((() => ['table']) as never)).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(storedModel(file).load(undefined as never)).rejects.toMatchObject({ code: 'invalid-option' });
    expect(() => storedModel(3 as never)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    expect(() => storedModel(file, { keep: [] } as never)).toThrow(expect.objectContaining({ code: 'unknown-option' }));
  });
});
