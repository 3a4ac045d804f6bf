// Products and rotations in float64 give the bits of the portable kernels.
import type { Sweep } from '@gcompress/core/hosts';
import { createRandom, portableKernels } from '@gcompress/linalg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wasmKernels } from '../src/index.ts';
import { copyOf, type Layout, layouts, normalView, sameBits, sides, singleView } from './helpers.ts';

const kernels = await wasmKernels();

function expectEqualProducts([m, k, n]: readonly number[], places: readonly Layout[], accumulate: boolean): void {
  const a = singleView(m, k, places[0], 1);
  const b = normalView(k, n, places[1], 2);
  const c = normalView(m, n, places[2], 3);
  const expected = copyOf(c);
  kernels.multiply(a, b, c, accumulate);
  portableKernels.multiply(a, b, expected, accumulate);
  expect(sameBits(c.data, expected.data)).toBe(true);
}

function expectEqualGram(m: number, n: number, places: readonly Layout[]): void {
  const a = normalView(m, n, places[0], 4);
  const c = normalView(n, n, places[1], 5);
  const expected = copyOf(c);
  kernels.gram(a, c);
  portableKernels.gram(a, expected);
  expect(sameBits(c.data, expected.data)).toBe(true);
}

it('are WebAssembly here', () => {
  expect(kernels).not.toBe(portableKernels);
});

describe('multiply', () => {
  it('equals the portable kernel for any shape, layout and precision', () => {
    fc.assert(
      fc.property(
        fc.tuple(sides, sides, sides),
        fc.tuple(layouts, layouts, layouts),
        fc.boolean(),
        expectEqualProducts,
      ),
    );
  });

  it.each([
    [257, 300, 5],
    [3, 515, 513],
    [260, 256, 514],
    [1, 1, 1025],
    [513, 1, 1],
  ])('equals it across the edges of blocks: [%i, %i, %i]', (m, k, n) => {
    expectEqualProducts([m, k, n], ['rows', 'part', 'transposed'], false);
    expectEqualProducts([m, k, n], ['transposed', 'rows', 'part'], true);
  });
});

describe('gram', () => {
  it('equals the portable kernel for any shape and layout', () => {
    fc.assert(fc.property(sides, sides, fc.tuple(layouts, layouts), expectEqualGram));
  });

  it.each([
    [300, 30],
    [20, 520],
    [259, 257],
  ])('equals it across the edges of blocks: [%i, %i]', (m, n) => {
    expectEqualGram(m, n, ['rows', 'part']);
    expectEqualGram(m, n, ['transposed', 'rows']);
  });
});

describe('rotateBack', () => {
  const sweepsOf = (n: number, count: number, seed: number): Sweep[] => {
    const random = createRandom(seed);
    return Array.from({ length: count }, () => {
      const from = random.integer(n - 1);
      const cosines = Float64Array.from({ length: 1 + random.integer(n - 1 - from) }, () => 2 * random.uniform() - 1);
      return { from, cosines, sines: cosines.map((c) => Math.sqrt(1 - c * c)) };
    });
  };
  const expectEqual = (count: number, n: number, sweeps: readonly Sweep[], layout: Layout): void => {
    const vectors = normalView(count, n, layout, 6);
    const expected = copyOf(vectors);
    kernels.rotateBack(vectors, sweeps);
    portableKernels.rotateBack(expected, sweeps);
    expect(sameBits(vectors.data, expected.data)).toBe(true);
  };

  it('equals the portable kernel for any number of vectors and sweeps', () => {
    const lengths = fc.integer({ min: 2, max: 21 });
    const rows = fc.constantFrom<Layout>('rows', 'part');
    fc.assert(
      fc.property(sides, lengths, fc.nat(5), rows, (count, n, sweeps, layout) =>
        expectEqual(count, n, sweepsOf(n, sweeps, n + count), layout),
      ),
    );
  });

  it('equals it where the rotations do not fit into memory at once', () => {
    const sweeps = sweepsOf(700, 400, 7);
    expect(sweeps.reduce((sum, { cosines }) => sum + cosines.length, 0)).toBeGreaterThan(2 ** 16);
    expectEqual(9, 700, sweeps, 'rows');
  });
});
