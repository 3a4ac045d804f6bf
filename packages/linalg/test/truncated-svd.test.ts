// Truncated singular value decomposition: error bounds, options and block Krylov iteration.
import { frobeniusNorm, type Matrix } from '@gcompress/core';
import { golden, goldenMatrix, type NumpyArray, type TrainedName, trainedMatrix } from '@gcompress/fixtures';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockKrylov } from '../src/decompositions/block-krylov.ts';
import { portableKernels, type Svd, singularValues, thinSvd, truncatedSvd, viewOf } from '../src/index.ts';
import {
  deviationFromOrthonormal,
  excessOverOptimum,
  fingerprint,
  HARD,
  matrixOf,
  normalMatrix,
  reconstruct,
  relativeDifference,
  withSingularValues,
} from './helpers.ts';

function expectOrthonormal({ u, v }: Svd, [rows, cols]: readonly [number, number], rank: number): void {
  expect(u.length).toBe(rows * rank);
  expect(v.length).toBe(cols * rank);
  expect(deviationFromOrthonormal(u, rows, rank)).toBeLessThan(1e-13);
  expect(deviationFromOrthonormal(v, cols, rank)).toBeLessThan(1e-13);
}

/** The decomposition, and whether it was iterative. */
function observed(a: Matrix, rank: number): { readonly svd: Svd; readonly iterative: boolean } {
  let throughGram = false;
  const kernels: typeof portableKernels = {
    ...portableKernels,
    gram(view, c) {
      throughGram ||= view.cols === Math.min(...a.shape);
      portableKernels.gram(view, c);
    },
  };
  const svd = truncatedSvd(a, rank, { kernels });
  return { svd, iterative: !throughGram };
}

describe('truncatedSvd', () => {
  it('has the error of the NumPy reference on the golden matrices', () => {
    interface Case {
      readonly matrix: string;
      readonly k: number;
      readonly relativeError: number;
      /** Null for the larger matrices. */
      readonly approximation: (NumpyArray & { readonly data: Float64Array }) | null;
      readonly singularValues: readonly number[];
    }
    for (const { matrix, k, relativeError, approximation, singularValues: values } of golden<Case[]>('lowrank')) {
      const a = goldenMatrix(matrix);
      const [rows, cols] = a.shape;
      const product = reconstruct(truncatedSvd(a, k), rows, cols);
      const error = relativeDifference(a, product);
      // If the error is only rounding, 10⁻¹⁴ of the matrix counts as equal
      expect(Math.abs(error - relativeError)).toBeLessThan(1e-6 * relativeError + 1e-14);
      // The product is unique only where the spectrum has a gap at k
      if (approximation === null || (k < values.length && values[k - 1] - values[k] < 1e-6 * values[0])) continue;
      expect(relativeDifference({ shape: [rows, cols], data: approximation.data }, product)).toBeLessThan(1e-10);
    }
  });

  it.each<[TrainedName, number]>([
    ['fc1', 8],
    ['fc1', 30],
    ['fc1', 100],
    ['fc2', 5],
    ['fc2', 25],
    ['dense1', 13],
    ['conv2', 8],
  ])('is within 0.01 % of the optimum on trained weights: %s, rank %i', (name, rank) => {
    const { singularValues: values, ...a } = trainedMatrix(name);
    const svd = truncatedSvd(a, rank);
    expectOrthonormal(svd, a.shape, rank);
    expect(excessOverOptimum(a, svd, values)).toBeLessThan(1e-4);
  });

  it('decomposes small matrices exactly', () => {
    const shapes = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }));
    const cases = shapes.chain(([rows, cols]) =>
      fc.tuple(fc.constant([rows, cols] as const), fc.integer({ min: 1, max: Math.min(rows, cols) }), fc.nat(1000)),
    );
    fc.assert(
      fc.property(cases, ([[rows, cols], rank, seed]) => {
        const a = normalMatrix(rows, cols, seed);
        const svd = truncatedSvd(a, rank);
        expectOrthonormal(svd, a.shape, rank);
        const whole = thinSvd(a);
        expect(svd.s).toEqual(whole.s.slice(0, rank));
        expect(relativeDifference(reconstruct(whole, rows, cols, rank), reconstruct(svd, rows, cols))).toBeLessThan(
          1e-13,
        );
      }),
    );
  });

  it.each(Object.entries(HARD))('decomposes at every rank: %s', (_, a) => {
    const values = singularValues(a);
    const norm = Math.hypot(...values) || 1;
    for (let rank = 1; rank <= values.length; rank++) {
      const svd = truncatedSvd(a, rank);
      expectOrthonormal(svd, a.shape, rank);
      const optimum = Math.hypot(...values.subarray(rank)) / norm;
      expect(relativeDifference(a, reconstruct(svd, ...a.shape))).toBeLessThan(optimum + 1e-13);
    }
  });
});

describe('truncatedSvd of larger matrices', () => {
  const power = (count: number, exponent: number) => Array.from({ length: count }, (_, i) => (i + 1) ** -exponent);
  const SPECTRA: readonly [string, Matrix, number, boolean][] = [
    ['flat', normalMatrix(260, 250), 8, true],
    ['flat and wide', normalMatrix(250, 260), 8, true],
    ['flat, large rank', normalMatrix(200, 150), 60, false],
    ['flat, short', normalMatrix(400, 65), 4, false],
    ['slow decay', withSingularValues(260, 250, power(250, 0.4)), 8, true],
    ['fast decay', withSingularValues(260, 250, power(250, 1.5)), 8, true],
    [
      'geometric decay',
      withSingularValues(
        260,
        250,
        power(250, 0).map((_, i) => 0.9 ** i),
      ),
      8,
      true,
    ],
    ['one large value', withSingularValues(260, 250, [100, ...power(249, 0.2)]), 6, true],
    [
      'more copies of the largest value than a block holds',
      withSingularValues(330, 320, [...Array(20).fill(4), ...power(300, 0.1)]),
      15,
      true,
    ],
    [
      'clusters',
      withSingularValues(
        260,
        250,
        power(250, 0).map((_, i) => 5 - Math.floor(i / 50)),
      ),
      8,
      true,
    ],
    ['all equal', matrixOf(260, 260, (i, j) => ((i * 7) % 260 === j ? 3 : 0)), 9, true],
  ];

  it.each(SPECTRA)('is within the tolerance of the optimum: %s', (_, a, rank, expectIterative) => {
    const { svd, iterative } = observed(a, rank);
    expect(iterative).toBe(expectIterative);
    expectOrthonormal(svd, a.shape, rank);
    const excess = excessOverOptimum(a, svd, singularValues(a));
    expect(excess).toBeLessThan(5e-4);
    expect(excess).toBeGreaterThan(-1e-9);
  });

  it('has a smaller error for a smaller tolerance', () => {
    const a = normalMatrix(260, 250, 5);
    const values = singularValues(a);
    const excess = (tolerance: number) => excessOverOptimum(a, truncatedSvd(a, 8, { tolerance }), values);
    expect(excess(1e-9)).toBeLessThan(1e-9);
    expect(excess(1e-9)).toBeLessThan(excess(1e-3));
  });

  it('treats values below rounding as zero, and still returns the requested rank', () => {
    const integers = (seed: number) => normalMatrix(300, 3, seed).data.map(Math.round);
    const [left, right] = [integers(1), integers(2)];
    const a = matrixOf(300, 300, (i, j) =>
      left.subarray(3 * i, 3 * i + 3).reduce((sum, x, p) => sum + x * right[3 * j + p], 0),
    );
    for (const rank of [3, 8, 60]) {
      const svd = truncatedSvd(a, rank);
      expectOrthonormal(svd, a.shape, rank);
      expect(relativeDifference(a, reconstruct(svd, 300, 300))).toBeLessThan(1e-12);
    }
  });

  it('does not use the Gram matrix for values below half its digits', () => {
    const a = withSingularValues(
      150,
      120,
      power(120, 0).map((_, i) => 10 ** (-i / 8)),
    );
    const values = singularValues(a);
    const svd = truncatedSvd(a, 64);
    expect(excessOverOptimum(a, svd, values)).toBeLessThan(1e-6);
  });

  it.each([
    [260, 250],
    [150, 120],
  ])('decomposes a zero matrix [%i, %i]', (rows, cols) => {
    const svd = truncatedSvd(
      matrixOf(rows, cols, () => 0),
      8,
    );
    expectOrthonormal(svd, [rows, cols], 8);
    expect([...svd.s]).toEqual(Array(8).fill(0));
  });

  it.each([1e30, 1e-36])('is equally accurate at scale %f', (scale) => {
    const a = withSingularValues(260, 250, power(250, 0.5));
    const scaled = { shape: a.shape, data: a.data.map((entry) => entry * scale) };
    const svd = truncatedSvd(scaled, 8);
    expectOrthonormal(svd, a.shape, 8);
    const s = svd.s.map((value) => value / scale);
    expect(excessOverOptimum(a, { ...svd, s }, singularValues(a))).toBeLessThan(5e-4);
  });
});

describe('options of truncatedSvd', () => {
  const a = normalMatrix(260, 250, 3);

  it('gives the same bits for the same seed, on every engine', () => {
    const svd = truncatedSvd(a, 8);
    const other = truncatedSvd(a, 8, { seed: 1 });
    expect(fingerprint(other.v)).not.toBe(fingerprint(svd.v));
    expect(fingerprint(svd.u, svd.s, svd.v)).toMatchInlineSnapshot(`"91595c43"`);
    const again = truncatedSvd(a, 8, { seed: 0 });
    expect(fingerprint(again.u, again.s, again.v)).toBe(fingerprint(svd.u, svd.s, svd.v));
  });

  it('does not change the matrix', () => {
    const before = fingerprint(a.data);
    truncatedSvd(a, 8);
    expect(fingerprint(a.data)).toBe(before);
  });

  it('reports progress from 0 to 1', () => {
    const reports: number[] = [];
    truncatedSvd(a, 8, { onProgress: (done) => reports.push(done) });
    expect(reports[0]).toBe(0);
    expect(reports.at(-1)).toBe(1);
    expect(reports).toEqual([...reports].sort((x, y) => x - y));
  });

  it('ends when the signal aborts', () => {
    const controller = new AbortController();
    const reports: number[] = [];
    const onProgress = (done: number) => {
      reports.push(done);
      if (done > 0) controller.abort(new Error('enough'));
    };
    expect(() => truncatedSvd(a, 8, { signal: controller.signal, onProgress })).toThrow('enough');
    expect(reports.at(-1)).toBeLessThan(0.5);
    expect(() => truncatedSvd(normalMatrix(3, 3), 1, { signal: AbortSignal.abort(new Error('no')) })).toThrow('no');
  });

  it('multiplies with the kernels it is given', () => {
    let calls = 0;
    const kernels: typeof portableKernels = {
      ...portableKernels,
      multiply(...args) {
        calls++;
        portableKernels.multiply(...args);
      },
    };
    expect(truncatedSvd(a, 8, { kernels }).s).toEqual(truncatedSvd(a, 8).s);
    expect(calls).toBeGreaterThan(10);
  });

  it.each<[string, number, object]>([
    ['rank', 0, {}],
    ['rank', 4, {}],
    ['rank', 1.5, {}],
    ['rank', Number.NaN, {}],
    ['tolerance', 1, { tolerance: 0 }],
    ['tolerance', 1, { tolerance: 0.01 }],
    ['seed', 1, { seed: -1 }],
    ['options among', 1, { sed: 1 }],
  ])('refuses a wrong %s', (name, rank, options) => {
    expect(() => truncatedSvd(normalMatrix(3, 5), rank, options)).toThrow(name);
  });

  it('refuses arguments that are not a matrix of finite numbers', () => {
    const broken = matrixOf(3, 3, () => Number.POSITIVE_INFINITY);
    expect(() => truncatedSvd(broken, 1)).toThrow('truncatedSvd: expected finite numbers, got Infinity at row 0');
    expect(() => truncatedSvd({ shape: [2, 2], data: new Float32Array(5) }, 1)).toThrow('4 values, got 5 values');
  });
});

describe('blockKrylov', () => {
  const request = { rank: 8, tolerance: 5e-4, seed: 0, kernels: portableKernels };

  it('gives up at the limit', () => {
    const a = normalMatrix(200, 180);
    const energy = frobeniusNorm(a) ** 2;
    expect(blockKrylov(viewOf(a), { ...request, energy, limit: 32 })).toBeUndefined();
    expect(blockKrylov(viewOf(a), { ...request, energy, limit: 180 })).toBeDefined();
  });

  it('finds every copy of a repeated value', () => {
    const a = withSingularValues(120, 100, [...Array(30).fill(10), ...Array(70).fill(1)]);
    const vectors = blockKrylov(viewOf(a), { ...request, rank: 24, energy: frobeniusNorm(a) ** 2, limit: 100 });
    expect(vectors).toBeDefined();
    if (!vectors) return;
    const image = new Float64Array(120 * 24);
    portableKernels.multiply(viewOf(a), vectors, viewOf({ shape: [120, 24], data: image }));
    expect(Math.hypot(...image)).toBeCloseTo(Math.sqrt(24 * 100), 5);
  });
});
