// Properties of `uniform` on arbitrary matrices and on the weights of trained networks.
import { createFormatRegistry, deserialize, isGCompressError, matrix, relativeError, serialize } from '@gcompress/core';
import { type TrainedName, trainedMatrix } from '@gcompress/fixtures';
import { kMeans } from '@gcompress/kmeans';
import { denseMatrices, normalMatrix } from '@gcompress/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type UniformOptions, uniform, uniformFormat } from '../src/index.ts';

const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));

it('the stored form never takes more bytes than the plan says', () => {
  const options = fc.record({
    bits: fc.double({ min: 0.1, max: 10, noNaN: true }),
    steps: fc.constantFrom('matrix' as const, 'column' as const),
    trellis: fc.constantFrom(0 as const, 4 as const, 8 as const),
    rateWeight: fc.constantFrom(0, 1, 3),
  });
  fc.assert(
    fc.property(denseMatrices(), options, (a, given) => {
      const compressor = uniform({ ...given, allowLarger: true });
      expect(compressor.compress(a).byteLength).toBeLessThanOrEqual(compressor.plan(a.shape).byteLength ?? 0);
    }),
    { numRuns: 60 },
  );
});

it('entries that are zero stay zero', () => {
  const a = normalMatrix([40, 30], 2);
  const sparse = matrix(
    a.shape,
    a.data.map((value, at) => (at % 3 ? 0 : value)),
  );
  for (const trellis of [0, 4, 8] as const) {
    const { data } = uniform({ bits: 2, trellis }).compress(sparse).decompress();
    const changed = data.filter((value, at) => at % 3 !== 0 && value !== 0).length;
    // A trellis path may make one entry worse to make others better
    expect(changed).toBeLessThanOrEqual(trellis === 0 ? 0 : 8);
  }
});

it('a matrix read back from a file is bit-identical', async () => {
  for (const trellis of [0, 8] as const) {
    const compressed = uniform({ bits: 3, trellis, steps: 'column' }).compress(normalMatrix([30, 20], 5));
    const read = await deserialize(serialize({ a: compressed }), createFormatRegistry([uniformFormat]));
    expect(read.a.decompress()).toEqual(compressed.decompress());
  }
});

describe('a given step', () => {
  it('bounds the error of every entry by half the step of its matrix or column', () => {
    const a = normalMatrix([40, 6], 3);
    const importance = matrix(
      a.shape,
      a.data.map((_, at) => [1, 4, 16, 64, 0.25, 1][at % 6]),
    );
    const cases = [
      { steps: 'matrix', scales: [1, 1, 1, 1, 1, 1] },
      { steps: 'importance', scales: [1, 1 / 2, 1 / 4, 1 / 8, 2, 1] },
    ] as const;
    for (const { steps, scales } of cases) {
      const { data } = uniform({ step: 0.1, steps, rateWeight: 0 }).compress(a, { importance }).decompress();
      const errors = scales.map((scale, column) =>
        Math.max(...data.map((value, at) => (at % 6 === column ? Math.abs(value - a.data[at]) / scale : 0))),
      );
      // Slightly more than a half, because the steps are fitted afterwards
      for (const error of errors) expect(error).toBeLessThan(0.06);
      for (const error of errors) expect(error).toBeGreaterThan(0.04);
    }
  });

  it('costs one more bit an entry when it is halved', () => {
    const a = normalMatrix([64, 64], 3);
    const [coarse, fine] = [0.2, 0.1].map((step) => 8 * uniform({ step, rateWeight: 0 }).compress(a).byteLength);
    expect((fine - coarse) / 64 ** 2).toBeCloseTo(1, 1);
  });

  it('keeps a matrix of zeros, and may be so tiny that levels reach the float32 integer limit', () => {
    expect(
      uniform({ step: 0.1 })
        .compress(matrix([9, 9], new Float32Array(81)))
        .decompress().data,
    ).toEqual(new Float32Array(81));
    const a = normalMatrix([9, 9], 1);
    expect(relativeError(a, uniform({ step: 1e-30 }).compress(a).decompress())).toBeLessThan(1e-6);
  });
});

describe('trained weights', () => {
  // At the bytes of k-means with packed bits, and with the entropy coder
  const packedLimits = { 2: { 0: 0.85, 8: 0.8 }, 3: { 0: 0.78, 8: 0.72 } } as const;
  const codedLimits = { 2: { 0: 0.9, 8: 0.87 }, 3: { 0: 0.88, 8: 0.81 } } as const;
  it.each<TrainedName>(['fc2', 'conv2'])('of %s have a smaller error than with k-means at the same bytes', (name) => {
    const { shape, data } = trainedMatrix(name);
    const weights = matrix(shape, data);
    for (const bits of [2, 3] as const) {
      const rival = kMeans({ bits }).compress(weights);
      const error = relativeError(weights, rival.decompress());
      for (const [bytes, limits] of [
        [kMeans({ bits }).plan(shape).byteLength, packedLimits],
        [rival.byteLength, codedLimits],
      ] as const) {
        for (const trellis of [0, 8] as const) {
          const own = uniform({ bytes, trellis }).compress(weights);
          expect(own.byteLength).toBeLessThanOrEqual(bytes);
          expect(relativeError(weights, own.decompress()) / error).toBeLessThanOrEqual(limits[bits][trellis]);
        }
      }
    }
  });
});

describe('options', () => {
  it.each<[string, unknown, string]>([
    ['no size', {}, 'invalid-option'],
    ['two sizes', { bits: 2, ratio: 4 }, 'invalid-option'],
    ['no bits', { bits: 0 }, 'invalid-option'],
    ['17 bits', { bits: 17 }, 'invalid-option'],
    ['a ratio of 1', { ratio: 1 }, 'invalid-option'],
    ['half a byte', { bytes: 0.5 }, 'invalid-option'],
    ['a step of 0', { step: 0 }, 'invalid-option'],
    ['an infinite step', { step: Number.POSITIVE_INFINITY }, 'invalid-option'],
    ['steps for rows', { step: 1, steps: 'row' }, 'invalid-option'],
    ['five states', { bits: 2, trellis: 5 }, 'invalid-option'],
    ['steps of rows', { bits: 2, steps: 'row' }, 'invalid-option'],
    ['a negative weight of the rate', { bits: 2, rateWeight: -1 }, 'invalid-option'],
    ['a misspelt option', { bit: 2 }, 'unknown-option'],
    ['a price of nothing', { lambda: 0 }, 'invalid-option'],
    ['a price and a size', { lambda: 1e-3, bits: 2 }, 'invalid-option'],
    ['a price that falls', { lambda: { initial: 1e-2, target: 1e-3, end: 10 } }, 'invalid-option'],
    ['a price that grows without an end', { lambda: { initial: 1e-3, target: 1e-2 } }, 'invalid-option'],
    ['a misspelt growth', { lambda: { initial: 1e-3, target: 1e-2, ends: 10 } }, 'unknown-option'],
    ['no price', { lambda: null }, 'invalid-option'],
  ])('%s are refused', (_, options, expected) => {
    expect(() => uniform(options as UniformOptions)).toThrow(code(expected));
  });

  it('the plan refuses a size that is too small for any levels', () => {
    expect(() => uniform({ bytes: 9 }).plan([30, 20])).toThrow(code('invalid-option'));
    expect(() => uniform({ ratio: 100, steps: 'column' }).plan([30, 20])).toThrow(code('invalid-option'));
    expect(() => uniform({ bits: 4 }).plan([1, 2])).toThrow(code('not-smaller'));
    expect(uniform({ bits: 4, allowLarger: true }).plan([1, 2]).byteLength).toBe(10);
  });
});

it.each(['matrix', 'column'] as const)('a constant matrix is exact with the fewest levels, steps for %s', (steps) => {
  const constant = matrix([300, 40], new Float32Array(12_000).fill(-0.37));
  const compressed = uniform({ ratio: 8, steps }).compress(constant);
  expect([...new Set(compressed.factors.levels.data)]).toEqual([-0.5]);
  expect(relativeError(constant, compressed.decompress())).toBeLessThan(1e-6);
});
