// Every method as the outer one of a stack, with every method inside: the factors that can be compressed, files, and training.
import { blockDiagonal, inputOutput, mixedBlock } from '@gcompress/blocks';
import {
  type CompressionMethod,
  createFormatRegistry,
  createRandom,
  deserialize,
  GCompressError,
  type JsonValue,
  type Matrix,
  matrix,
  relativeError,
  serialize,
  stack,
} from '@gcompress/core';
import { plannedByteLength } from '@gcompress/core/hosts';
import { dictLearn } from '@gcompress/dictlearn';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { pruned, prunedKMeans } from '@gcompress/pruning';
import { simhash } from '@gcompress/simhash';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { fourSteps, useOperators } from './operators.ts';

type Method = CompressionMethod<never>;
type Case = readonly [name: string, method: Method, options: object];

/** Outer methods, the factors of each that can be compressed, and those that cannot. */
const outers: readonly (readonly [...Case, coded: readonly string[], kept: readonly string[]])[] = [
  ['low rank', lowRank, { rank: 4 }, ['b', 'c'], []],
  ['k-means', kMeans, { levels: 6 }, ['codebook'], ['encoding']],
  ['k-means of blocks', kMeans, { levels: 5, blockSize: 4, codebooks: { columns: 8 } }, ['codebook'], ['encoding']],
  ['simhash', simhash, { bits: 6, trainableScales: true }, ['scales'], ['projection', 'signs']],
  [
    'simhash, fitted',
    simhash,
    { bits: 6, planes: 'fitted', trainableScales: true },
    ['projection', 'scales'],
    ['signs'],
  ],
  ['dictionary of rows', dictLearn, { atoms: 4, nonzeros: 2, allowLarger: true }, ['atoms'], ['codes', 'support']],
  [
    'dictionary of pieces',
    dictLearn,
    { atoms: 9, nonzeros: 2, signalLength: 4, valueBits: 32, allowLarger: true },
    ['atoms'],
    ['codes', 'support'],
  ],
  ['pruning', pruned, { sparsity: 0.5 }, ['values'], ['mask']],
  ['pruning that grows', pruned, { sparsity: { target: 0.5, begin: 2, end: 6 } }, ['values'], ['mask']],
  ['pruning and k-means', prunedKMeans, { sparsity: 0.5, levels: 4 }, ['codebook'], ['kept', 'encoding']],
  ['block-diagonal', blockDiagonal, { blocks: 2 }, ['blocks'], ['identity']],
  ['mixed block', mixedBlock, { blocks: 2 }, ['blocks', 'mixer'], []],
  ['input/output', inputOutput, { input: { block: 4, factor: 2 } }, ['b', 'c'], []],
];

const inners: readonly Case[] = [
  ['low rank', lowRank, { rank: 1, allowLarger: true }],
  ['k-means', kMeans, { levels: 3, allowLarger: true }],
  ['simhash', simhash, { bits: 3, allowLarger: true }],
  ['dictionary', dictLearn, { atoms: 2, nonzeros: 1, allowLarger: true }],
  ['pruning', pruned, { sparsity: 0.3 }],
  ['pruning and k-means', prunedKMeans, { sparsity: 0.3, levels: 3 }],
  ['block-diagonal', blockDiagonal, { blocks: 1, allowLarger: true }],
  ['input/output', inputOutput, { output: { block: 1, factor: 1 }, allowLarger: true }],
];

const random = createRandom(5);
const weights: Matrix = matrix(
  [24, 16],
  Float32Array.from({ length: 384 }, () => random.normal()),
);

function stacked(outer: Method, options: object, parts: Readonly<Record<string, Case>>) {
  const method = stack(outer, Object.fromEntries(Object.entries(parts).map(([name, [, inner]]) => [name, inner])));
  const inner = Object.fromEntries(Object.entries(parts).map(([name, [, , own]]) => [name, own]));
  return { method, compressor: method({ outer: options, inner } as never) };
}

/** Entries of a part's config that no reader may accept. */
const hostile: readonly (readonly [key: string, wrong: JsonValue])[] = [
  ['version', 2 ** 40],
  ['version', { toString: 1 }],
  ['shape', [24]],
  ['shape', { length: 2 }],
  ['shape', [1, { valueOf: 1 }]],
  ['factor', 'x'],
  ['factor', [0]],
  ['factor', [1, 1, 1, 1, 1, 1, 1, 1, 1]],
  ['factor', [2 ** 20, 2 ** 20]],
  ['uses', 0],
  ['uses', '2'],
  ['uses', { valueOf: 1 }],
  ['trains', 'codebook'],
  ['trains', [1]],
  ['config', null],
  ['config', []],
];

const operatorOn = useOperators({ compressor: lowRank({ rank: 1 }), schedule: fourSteps });

const pairs = outers.flatMap(([name, outer, options, coded]) =>
  inners.map((inner) => [name, inner[0], outer, options, coded, inner] as const),
);

describe.each(pairs)('%s by %s', (_name, _inner, outer, options, coded, inner) => {
  const { method, compressor } = stacked(outer, options, Object.fromEntries(coded.map((name) => [name, inner])));

  it('comes back from a file with the same factors, in no more bytes than planned', async () => {
    const compressed = await compressor.compress(weights);
    expect(Object.values(compressed.decompress().data).every(Number.isFinite)).toBe(true);
    const planned = plannedByteLength(method.format, compressor.plan(weights.shape));
    expect(compressed.byteLength).toBeLessThanOrEqual(planned);
    const { w } = await deserialize(serialize({ w: compressed }), createFormatRegistry([method]));
    expect(relativeError(compressed.decompress(), w.decompress())).toBe(0);
    expect(w.pack()).toEqual(compressed.pack());
  });
});

describe.each(outers)('%s', (_name, outer, options, coded, kept) => {
  const parts = Object.fromEntries(coded.map((name) => [name, inners[1]]));

  it('trains for a few steps, and then equals the matrix of its factors', async () => {
    const { compressor } = stacked(outer, options, parts);
    const op = operatorOn(weights, { compressor });
    const x = tf.tensor2d(weights.data.subarray(0, 96), [4, 24]);
    const target = tf.zeros([4, 16]);
    const loss = () => tf.losses.meanSquaredError(target, op.applyMatMul(x)) as tf.Scalar;
    const now = () => tf.tidy(() => loss().dataSync()[0]);
    const optimizer = tf.train.sgd(0.05);
    for (let step = 0; step < 4; step++) await op.runUpdateStep(step);
    const before = now();
    for (let step = 0; step < 3; step++) optimizer.minimize(loss, false, [...op.trainableVariables]);
    expect(now()).toBeLessThan(before);
    const read = op.toCompressedMatrixSync();
    expect(read.byteLength).toBeLessThanOrEqual(compressor.plan(weights.shape).byteLength ?? 0);
    tf.dispose([x, target]);
    optimizer.dispose();
  });

  it('refuses methods for factors that the outer method stores in its own way, before anything runs', async () => {
    for (const name of kept) {
      const { compressor } = stacked(outer, options, { ...parts, [name]: inners[0] });
      const reason = expect.objectContaining({
        code: 'invalid-option',
        message: expect.stringContaining(`Leave out ${name}:`),
      });
      expect(() => compressor.plan(weights.shape)).toThrow(reason);
      expect(() => compressor.compress(weights)).toThrow(reason);
    }
  });

  it('reports progress in order, ends when aborted, and passes importance to the outer method', async () => {
    const { compressor } = stacked(outer, options, parts);
    const told: number[] = [];
    await compressor.compress(weights, { onProgress: (done) => told.push(done) });
    expect(told.at(-1)).toBe(1);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    for (const at of [0, 0.6]) {
      const controller = new AbortController();
      const onProgress = (done: number) => {
        if (done >= at) controller.abort(new Error('enough'));
      };
      await expect(compressor.compress(weights, { signal: controller.signal, onProgress })).rejects.toThrow('enough');
    }
    const importance = matrix(weights.shape, weights.data.map(Math.abs));
    const alone = await settled(async () =>
      (outer as CompressionMethod<object>)(options).compress(weights, { importance }),
    );
    expect(await settled(async () => compressor.compress(weights, { importance }))).toBe(alone);
  });

  it('refuses files that claim more than their bytes allow, and parts that the outer method does not have', async () => {
    const { method, compressor } = stacked(outer, options, parts);
    const packed = (await compressor.compress(weights)).pack();
    const inner = packed.config.inner as Record<string, Record<string, JsonValue>>;
    const bytes = Object.values(packed.tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
    for (const name of coded) {
      const withPart = (changes: Record<string, JsonValue>) => ({
        ...packed,
        config: { ...packed.config, inner: { ...inner, [name]: { ...inner[name], ...changes } } },
      });
      for (const side of [2 ** 11, 2 ** 14, 2 ** 26, 2 ** 53]) {
        const claim = withPart({ shape: [side, side], factor: [side, side] });
        const reason = side > 2 ** 52 ? /GCompress|expected/ : expect.objectContaining({ code: 'file-oversized' });
        expect(bytes).toBeLessThan(4096);
        expect(() => method.format.unpack(claim)).toThrow(reason);
        const standIn = { shape: [side, side, 0], data: new Float32Array(0) };
        expect(() => method.format.unpack({ ...packed, tensors: { ...packed.tensors, [name]: standIn } })).toThrow(
          GCompressError,
        );
      }
      for (const [key, wrong] of hostile) {
        expect(
          () => method.format.unpack(withPart({ [key]: wrong })),
          `${name} ${key} ${JSON.stringify(wrong)}`,
        ).toThrow(GCompressError);
      }
      for (const shape of [[], [0], [3], [-1, 0], [1, 1, 0], [1, 1, 1, 0]]) {
        const tensors = { ...packed.tensors, [name]: { shape, data: new Float32Array(0) } };
        expect(() => method.format.unpack({ ...packed, tensors }), `${name} as [${shape}]`).toThrow(GCompressError);
      }
    }
  });
});

it('a factor that the outer method does not train has no trainable parts', async () => {
  const { compressor } = stacked(simhash, { bits: 6 }, { scales: inners[1] });
  const { factors } = await compressor.compress(weights);
  for (const known of [compressor.plan(weights.shape).factors, factors]) {
    expect(Object.values(known).map(({ trainable }) => trainable)).toEqual([false, false, false, false]);
  }
});

/** The code of the error that a call ends with, or `'done'`. */
async function settled(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return 'done';
  } catch (error) {
    return (error as GCompressError).code;
  }
}
