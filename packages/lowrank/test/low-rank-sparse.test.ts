// Low rank plus sparse values at positions that a seed stands for.
import {
  createFormatRegistry,
  deserialize,
  isGCompressError,
  type PackedMatrix,
  relativeError,
  serialize,
} from '@gcompress/core';
import { type CompressorClaims, normalMatrix, testCompressor } from '@gcompress/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowRankSparseDecoder, lowRankSparseFormat } from '../src/format.ts';
import { type LowRankSparseOptions, lowRank, lowRankSparse } from '../src/index.ts';
import { supportOf } from '../src/support.ts';

const claims: CompressorClaims = { neverWorseThanZero: true, scaleEquivariant: true, fixedSize: true };
const subjects: Record<string, LowRankSparseOptions> = {
  rank: { rank: 3, density: 0.1 },
  'ratio, another seed': { ratio: 2, density: 0.05, seed: 7 },
  'bytes, one round': { bytes: 700, density: 0.02, rounds: 1 },
};
for (const [name, options] of Object.entries(subjects)) {
  testCompressor({
    runner: { describe, it },
    name: `sparse: ${name}`,
    method: lowRankSparse,
    decoder: lowRankSparseDecoder,
    create: () => lowRankSparse(options),
    claims,
  });
}

const weights = normalMatrix([40, 30]);
const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));

describe('lowRankSparse', () => {
  it('stores factors, values and a seed, and neither mask nor positions', async () => {
    const compressed = lowRankSparse({ rank: 4, density: 0.1, seed: 9 }).compress(weights);
    expect(compressed.byteLength).toBe(4 * (4 * 70 + 120));
    expect(compressed.config).toEqual({ seed: 9 });
    const file = serialize({ weights: compressed });
    const { weights: read } = await deserialize(file, createFormatRegistry([lowRankSparseFormat]));
    expect(read.decompress().data).toEqual(compressed.decompress().data);
    expect(read.factors).toEqual(compressed.factors);
  });

  it('is exact at its positions, and no further from the matrix than low rank of the same rank', () => {
    const compressed = lowRankSparse({ rank: 4, density: 0.1 }).compress(weights);
    const { data } = compressed.decompress();
    for (const position of supportOf(weights.shape, 120, 0)) {
      expect(data[position]).toBeCloseTo(weights.data[position], 5);
    }
    const plain = lowRank({ rank: 4 }).compress(weights);
    expect(relativeError(weights, compressed.decompress())).toBeLessThan(relativeError(weights, plain.decompress()));
  });

  it('comes nearer with every round', () => {
    const errors = [1, 2, 4, 8].map((rounds) => {
      return relativeError(weights, lowRankSparse({ rank: 4, density: 0.2, rounds }).compress(weights).decompress());
    });
    for (let i = 1; i < errors.length; i++) expect(errors[i]).toBeLessThan(errors[i - 1]);
  });

  it('fits budgets, with the values counted', () => {
    const sizes = fc.tuple(fc.integer({ min: 3, max: 20 }), fc.integer({ min: 3, max: 20 }));
    fc.assert(
      fc.property(sizes, fc.double({ min: 1.2, max: 6, noNaN: true }), (shape, ratio) => {
        const found = lowRankSparse.forBudget?.(shape, { ratio });
        if (!found) return;
        const { byteLength } = found.compress(normalMatrix(shape));
        expect(byteLength).toBeLessThanOrEqual((4 * shape[0] * shape[1]) / ratio);
      }),
      { numRuns: 40 },
    );
  });

  it.each<[string, object, string]>([
    ['no size', {}, 'invalid-option'],
    ['two sizes', { rank: 2, ratio: 3 }, 'invalid-option'],
    ['a density of 0', { rank: 2, density: 0 }, 'invalid-option'],
    ['a density above a half', { rank: 2, density: 0.6 }, 'invalid-option'],
    ['an energy', { energy: 0.5 }, 'unknown-option'],
    ['no rounds', { rank: 2, rounds: 0 }, 'invalid-option'],
    ['a ratio of 1', { ratio: 1 }, 'invalid-option'],
  ])('refuses %s', (_, options, expected) => {
    expect(() => lowRankSparse(options as LowRankSparseOptions)).toThrow(code(expected));
  });

  it('refuses a rank, or a shape, that would not be smaller', () => {
    expect(() => lowRankSparse({ rank: 16, density: 0.1 }).plan([40, 30])).toThrow('expected a rank of at most 15');
    expect(() => lowRankSparse({ rank: 1 }).plan([1, 9])).toThrow(code('not-smaller'));
    expect(() => lowRankSparse({ ratio: 30 }).plan([40, 30])).toThrow(code('invalid-option'));
  });
});

describe('supportOf', () => {
  it('draws different positions in reading order, the same for the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.nat(), (count, seed) => {
        const positions = supportOf([6, 10], count, seed);
        expect(positions.length).toBe(count);
        for (let i = 1; i < count; i++) expect(positions[i]).toBeGreaterThan(positions[i - 1]);
        if (count > 0) expect(positions[count - 1]).toBeLessThan(60);
        expect(supportOf([6, 10], count, seed)).toEqual(positions);
      }),
    );
  });

  it('gives every position the same chance', () => {
    const counts = new Array<number>(20).fill(0);
    const draws = 4000;
    for (let seed = 0; seed < draws; seed++) for (const position of supportOf([4, 5], 5, seed)) counts[position]++;
    // Five standard deviations of a binomial with p = 1/4
    const most = 5 * Math.sqrt(draws * 0.25 * 0.75);
    for (const count of counts) expect(Math.abs(count - draws / 4)).toBeLessThan(most);
  });

  it('is part of the file format', () => {
    expect([...supportOf([5, 4], 6, 1)]).toMatchInlineSnapshot(`
      [
        0,
        4,
        8,
        12,
        17,
        19,
      ]
    `);
  });
});

describe('unpack of lowRankSparseFormat', () => {
  const floats = (...shape: number[]) => ({
    shape,
    data: new Float32Array(shape.reduce((size, side) => size * side, 1)).fill(0.5),
  });
  const good: PackedMatrix = {
    format: 'lowrank-sparse',
    version: 1,
    shape: [5, 4],
    config: { seed: 1 },
    tensors: { b: floats(5, 2), c: floats(2, 4), values: floats(3) },
  };

  it('reads what is right', () => {
    const { values, mask } = lowRankSparseFormat.unpack(good);
    expect(Array.from(mask.data).filter((value) => value === 1).length).toBe(3);
    expect(Array.from(values.data).filter((value) => value === 0.5).length).toBe(3);
  });

  it.each<[string, Partial<PackedMatrix>, string]>([
    ['a newer version', { version: 2 }, 'unsupported-version'],
    ['no seed', { config: {} }, 'file-config'],
    ['a negative seed', { config: { seed: -1 } }, 'file-config'],
    ['no values', { tensors: { b: floats(5, 2), c: floats(2, 4) } }, 'file-tensor'],
    ['more values than entries', { tensors: { ...good.tensors, values: floats(21) } }, 'file-tensor'],
    ['values of two axes', { tensors: { ...good.tensors, values: floats(3, 1) } }, 'file-tensor'],
    ['inner sides that differ', { tensors: { ...good.tensors, c: floats(3, 4) } }, 'file-tensor'],
    ['an inner side of 0', { tensors: { ...good.tensors, b: floats(5, 0), c: floats(0, 4) } }, 'file-tensor'],
  ])('refuses %s', (_, change, expected) => {
    expect(() => lowRankSparseFormat.unpack({ ...good, ...change })).toThrow(code(expected));
  });
});
