// Weights with equal values: stored once, loaded everywhere, and refused where their references are hostile.
import type { InputMoments, MatrixCompressor } from '@gcompress/core';
import { testRuns } from '@gcompress/fixtures/test-runs';
import { kMeans } from '@gcompress/kmeans';
import { uniform } from '@gcompress/uniform';
import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { packedContents } from '../src/contents/index.ts';
import { type PackResult, pack, splitFile, stockFiles } from '../src/index.ts';
import { packedModel, splitSource } from '../src/load/index.ts';
import { storedModel } from '../src/stored/index.ts';
import { equalWeights, readModel, summedGains, summedMoments } from '../src/weights/index.ts';
import { graphArtifacts, graphWithCopies } from './models.ts';
import { formats, putTogether, takenApart, withChecksums } from './packed-example.ts';

const RUNS = testRuns(30);
const method = kMeans({ levels: 16 });
let once: PackResult;
let twice: PackResult;
let loaded: tf.io.ModelArtifacts;

beforeAll(async () => {
  once = await pack(graphArtifacts(), { method });
  twice = await pack(graphWithCopies(), { method });
  loaded = await load(twice.bytes);
});

async function load(source: Parameters<typeof packedModel>[0]): Promise<tf.io.ModelArtifacts> {
  return (await packedModel(source, { formats }).load?.()) as tf.io.ModelArtifacts;
}

/** Name → values of each weight. */
async function valuesOf({ weightData, weightSpecs = [] }: tf.io.ModelArtifacts): Promise<Map<string, unknown>> {
  const decoded = tf.io.decodeWeights(weightData as ArrayBuffer, weightSpecs);
  const values = await Promise.all(
    weightSpecs.map(async ({ name }) => [name, Array.from(await decoded[name].data<'string'>())] as const),
  );
  tf.dispose(decoded);
  return new Map(values);
}

async function codeOf(bytes: Uint8Array, maxBytes = 2 ** 20): Promise<unknown> {
  return Promise.resolve(packedModel(bytes, { formats, limits: { maxBytes } }).load?.()).then(
    () => undefined,
    (error: { readonly code?: unknown }) => error.code,
  );
}

describe('a model with every weight twice', () => {
  it('takes no bytes for the second ones but those of their names', () => {
    const values = ({ bytes, report }: PackResult) => bytes.length - report.headerBytes;
    expect(values(twice)).toBe(values(once));
    const { weights } = twice.report;
    const originals = weights.slice(0, weights.length / 2);
    expect(originals.map(({ name, copyOf }) => [name, copyOf])).toEqual(originals.map(({ name }) => [name, undefined]));
    for (const [at, copy] of weights.slice(originals.length).entries()) {
      const { name, ...original } = originals[at];
      expect(copy).toEqual({ ...original, name: `${name}/again`, bytes: 0, copyOf: name });
    }
  });

  it('loads with the values of the first ones', async () => {
    const values = await valuesOf(loaded);
    expect(values.size).toBe(2 * (graphArtifacts().weightSpecs?.length ?? 0));
    for (const [name, own] of await valuesOf(await load(once.bytes))) {
      expect(values.get(name)).toEqual(own);
      expect(values.get(`${name}/again`)).toEqual(own);
    }
  });

  it('runs, and loads from several files and as stock files', async () => {
    const files = Object.values(splitFile(twice.bytes, { name: 'x.gcm', maxFileBytes: 700 }));
    expect(files.length).toBeGreaterThan(2);
    expect(await load(splitSource(files))).toEqual(loaded);
    expect(Object.keys(stockFiles(loaded))).toContain('model.json');
    const model = await tf.loadGraphModel(packedModel(twice.bytes, { formats }));
    const x = tf.ones([1, 6, 6, 2]);
    const y = model.execute({ x }, ['sum', 'product/again']) as tf.Tensor[];
    expect(y.map(({ shape }) => shape)).toEqual([
      [1, 7],
      [1, 7],
    ]);
    tf.dispose([x, y]);
    model.dispose();
  });

  it('is listed with the weight that each copy shares', async () => {
    const { weights, weightBytes } = await packedContents(twice.bytes);
    expect(weights.map(({ name, bytes, copyOf, storedAs }) => ({ name, bytes, copyOf, storedAs }))).toEqual(
      twice.report.weights.map(({ name, bytes, copyOf, storedAs }) => ({ name, bytes, copyOf, storedAs })),
    );
    expect(weightBytes).toBe(twice.bytes.length - twice.report.headerBytes);
  });

  it.each([
    ['neither', []],
    ['the first', ['dense/kernel']],
    ['the second', ['dense/kernel/again']],
    ['both', ['dense/kernel', 'dense/kernel/again']],
  ])('gives the stored form of %s of two equal matrices, and decodes the other', async (_, names) => {
    const { artifacts, matrices } = await storedModel(twice.bytes, { formats }).load(() => new Set(names));
    expect([...matrices.keys()]).toEqual(names);
    const all = await valuesOf(loaded);
    const rest = await valuesOf(artifacts);
    expect([...all.keys()].filter((name) => !rest.has(name))).toEqual(names);
    for (const [name, own] of rest) expect(own).toEqual(all.get(name));
    for (const packed of matrices.values()) {
      const values = formats[0].rows(packed, {})(packed.shape[0]);
      expect(Array.from(values).sort()).toEqual([...(all.get('dense/kernel') as number[])].sort());
    }
  });

  it('is a file of version 2, and a model without equal weights one of version 1', () => {
    expect([once.bytes[3], twice.bytes[3]]).toEqual([1, 2]);
  });
});

describe('equal weights', () => {
  /** Two products with these kernels `[20, 20]`. */
  function products(kernels: readonly Float32Array[]): tf.io.ModelArtifacts {
    const node = kernels.flatMap((_, at) => [
      { name: `kernel${at}`, op: 'Const', attr: {} },
      { name: `y${at}`, op: 'MatMul', input: [at === 0 ? 'x' : `y${at - 1}`, `kernel${at}`], attr: {} },
    ]);
    return {
      modelTopology: { node: [{ name: 'x', op: 'Placeholder', attr: {} }, ...node] },
      weightSpecs: kernels.map((_, at) => ({ name: `kernel${at}`, dtype: 'float32', shape: [20, 20] })),
      weightData: kernels.map(({ buffer }) => buffer as ArrayBuffer),
    };
  }
  const random = (seed: number) => Float32Array.from({ length: 400 }, (_, at) => Math.sin(seed + at * at));

  it('are compressed once', async () => {
    let compressions = 0;
    const levels = uniform({ bits: 3 });
    const counting: MatrixCompressor = {
      ...levels,
      compress(matrix, options) {
        compressions++;
        return levels.compress(matrix, options);
      },
    };
    await pack(products([random(1), random(2), random(1), random(1)]), { method: counting });
    expect(compressions).toBe(2);
  });

  it('are compressed once by a function that makes an equal compressor for each', async () => {
    const artifacts = products([random(1), random(1)]);
    const { report } = await pack(artifacts, { method: () => uniform({ bits: 3 }) });
    expect(report.weights[1]).toMatchObject({ bytes: 0, copyOf: 'kernel0' });
  });

  it('have stored forms of their own where their methods differ', async () => {
    const method = ({ name }: { readonly name: string }) => uniform({ bits: name === 'kernel0' ? 3 : 4 });
    const { report, bytes } = await pack(products([random(1), random(1)]), { method });
    expect(report.weights.map(({ copyOf }) => copyOf)).toEqual([undefined, undefined]);
    expect(bytes[3]).toBe(1);
  });

  it('are compressed for the sum of their moments and gains', async () => {
    const diagonal = (from: number): InputMoments => {
      const values = new Float64Array(400);
      for (let at = 0; at < 20; at++) values[21 * at] = at < from ? 1 : 0.01;
      // So many that they are not shrunk
      return { size: 20, count: 5000, values };
    };
    const [first, second] = [diagonal(5), diagonal(15)];
    const seen: unknown[] = [];
    const levels = uniform({ bits: 3 });
    const watching: MatrixCompressor = {
      ...levels,
      compress(matrix, options) {
        seen.push(options?.inputMoments);
        return levels.compress(matrix, options);
      },
    };
    const inputMoments = new Map([
      ['kernel0', first],
      ['kernel1', second],
    ]);
    await pack(products([random(1), random(1)]), { method: watching, inputMoments });
    const values = first.values.map((value, at) => value + second.values[at]);
    expect(seen).toEqual([{ size: 20, count: 10_000, values }]);
    expect(summedMoments(inputMoments, ['kernel1', 'other'])).toBe(second);
    expect(summedGains(new Map([['a', Float64Array.of(1, 2)]]), ['b'])).toBeUndefined();
    const gains = new Map([
      ['a', Float64Array.of(1, 2)],
      ['b', Float64Array.of(3, 0.5)],
    ]);
    expect(summedGains(gains, ['a', 'b'])).toEqual(Float64Array.of(4, 2.5));
  });

  it('are those with the same bytes, type and shape, whatever their checksums', () => {
    const contents = readModel('test', products([random(1), random(2), random(1)]));
    const equals = equalWeights(contents);
    expect(equals).toEqual(
      new Map([
        ['kernel0', ['kernel0', 'kernel2']],
        ['kernel2', ['kernel0', 'kernel2']],
      ]),
    );
  });

  it('load with their own values for any pattern of equal weights', async () => {
    const property = fc.asyncProperty(fc.array(fc.nat(2), { minLength: 1, maxLength: 8 }), async (pattern) => {
      const given = products(pattern.map(random));
      const { bytes, report } = await pack(given, { method: () => 'float32' });
      const found = (await load(bytes)).weightData as ArrayBuffer;
      expect(new Float32Array(found)).toEqual(Float32Array.from(pattern.flatMap((seed) => [...random(seed)])));
      expect(report.weights.reduce((sum, weight) => sum + weight.bytes, 0)).toBe(1600 * new Set(pattern).size);
      expect(bytes[3]).toBe(new Set(pattern).size < pattern.length ? 2 : 1);
    });
    await fc.assert(property, { numRuns: RUNS, seed: 4 });
  });
});

describe('a copy in a hostile file', () => {
  type Entry = readonly unknown[];
  const copiesFrom = () => takenApart(twice.bytes).header.weights.length / 2;

  /** The file with other entries of weights. */
  function changed(edit: (weights: Entry[], copies: number) => void): Uint8Array {
    const { header, data } = takenApart(twice.bytes);
    const weights: Entry[] = [...header.weights];
    edit(weights, copiesFrom());
    return putTogether(JSON.stringify({ ...header, weights }), data);
  }

  const REFUSED: readonly (readonly [string, (weights: Entry[], copies: number) => void])[] = [
    ['of itself', (weights, at) => (weights[at] = ['x', at])],
    ['of a later weight', (weights, at) => (weights[at] = ['x', at + 1])],
    ['of a weight that a cycle leads back to', (weights, at) => weights.splice(at, 2, ['x', at + 1], ['y', at])],
    ['of a weight that is not there', (weights, at) => (weights[at] = ['x', 1000])],
    ['of a negative index', (weights, at) => (weights[at] = ['x', -1])],
    ['of a fraction', (weights, at) => (weights[at] = ['x', 0.5])],
    ['of an index in a string', (weights, at) => (weights[at] = ['x', '0'])],
    ['without a name', (weights, at) => (weights[at] = [null, 0])],
    ['that a description in full claims to be', (weights, at) => (weights[at] = ['x', 'int32', [2], {}, 0])],
    ['that no part has', (weights) => weights.push(['x', 0])],
  ];
  it.each(REFUSED)('%s is refused as file-header', async (_, edit) => {
    expect(await codeOf(changed(edit))).toBe('file-header');
  });

  it('among the tensors of a probe is refused as file-header', async () => {
    const { header, data } = takenApart(twice.bytes);
    for (const tensor of [
      ['y', 0],
      ['y', 'float32', [16], {}, 0],
    ]) {
      const parts = header.parts.map(([count, ...part]) => [count + 1, ...part]);
      const probes = [{ inputs: [tensor], outputs: [] }];
      expect(await codeOf(putTogether(JSON.stringify({ ...header, probes, parts }), data))).toBe('file-header');
    }
  });

  it('may be of a copy', async () => {
    const bytes = changed((weights, at) => {
      weights[at + 1] = ['x', at];
      weights[at] = ['conv/bias/again', 1];
    });
    const values = await valuesOf(await load(bytes));
    expect(values.get('x')).toEqual(values.get('conv/bias'));
  });

  it('counts against the limit as if it had bytes of its own', async () => {
    const copies = 1000;
    const { header, data } = takenApart(once.bytes);
    const weights = [...header.weights, ...Array.from({ length: copies }, (_, at) => [`copy ${at}`, 3])];
    const [, , shape] = header.weights[3];
    const decoded = 4 * shape.reduce((product, side) => product * side, 1);
    const parts = [...header.parts, [copies, 0, 0]];
    const text = JSON.stringify({ ...withChecksums(header, data), weights, parts });
    const bytes = putTogether(text, data);
    expect(bytes.length).toBeLessThan(0.1 * copies * decoded);
    expect(await codeOf(bytes, copies * decoded)).toBe('file-oversized');
    expect(await codeOf(bytes, 2 * copies * decoded)).toBeUndefined();
    const lean = storedModel(bytes, { formats, limits: { maxBytes: copies * decoded } });
    await expect(lean.load(() => new Set())).rejects.toMatchObject({ code: 'file-oversized' });
  });
});
