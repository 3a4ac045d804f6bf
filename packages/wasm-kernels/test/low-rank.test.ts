// Low rank with these kernels: the conformance suite, and factors as accurate as with the portable kernels.
import { createRandom, type Kernels, type Matrix, type MatrixCompressor } from '@gcompress/core';
import { trainedMatrix } from '@gcompress/fixtures';
import { type Svd, singularValues, thinSvd, truncatedSvd } from '@gcompress/linalg';
import { lowRank } from '@gcompress/lowrank';
import { testCompressor } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { wasmKernels } from '../src/index.ts';

const kernels = await wasmKernels();

/** A compressor that hands the kernels on. */
function withKernels<C extends MatrixCompressor>(compressor: C): C {
  const compress: C['compress'] = (matrix, options) => compressor.compress(matrix, { ...options, kernels });
  return { ...compressor, compress };
}

testCompressor({
  runner: { describe, it },
  name: 'lowRank with WebAssembly kernels',
  create: () => withKernels(lowRank({ rank: 4 })),
  claims: { neverWorseThanZero: true, fixedSize: true, scaleEquivariant: true, usesInputMoments: true },
});

/** A matrix with signal in `rank` directions, the i-th of size `decay(i)`, and noise. */
function signal(
  [rows, cols]: readonly [number, number],
  rank: number,
  decay: (i: number) => number,
  noise: number,
): Matrix {
  const random = createRandom(1);
  const data = Float32Array.from({ length: rows * cols }, () => noise * random.normal());
  for (let p = 0; p < rank; p++) {
    const left = Float64Array.from({ length: rows }, () => decay(p) * random.normal());
    const right = Float64Array.from({ length: cols }, () => random.normal());
    for (let at = 0; at < data.length; at++) data[at] += left[Math.floor(at / cols)] * right[at % cols];
  }
  return { shape: [rows, cols], data };
}

/** Squared error of a decomposition whose vectors are orthonormal, from what it leaves of the energy. */
function errorOf({ data, shape: [rows, cols] }: Matrix, { u, s, v }: Svd): number {
  let error = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      let entry = data[i * cols + j];
      for (let p = 0; p < s.length; p++) entry -= u[i * s.length + p] * s[p] * v[j * s.length + p];
      error += entry * entry;
    }
  }
  return error;
}

function expectNearOptimum(a: Matrix, rank: number, excess: number, used: Kernels = kernels): void {
  const svd = truncatedSvd(a, rank, { kernels: used });
  const optimum = singularValues(a)
    .subarray(rank)
    .reduce((sum, value) => sum + value * value, 0);
  expect(Math.sqrt(errorOf(a, svd) / optimum) - 1).toBeLessThan(excess);
  for (const [vectors, length] of [
    [svd.u, a.shape[0]],
    [svd.v, a.shape[1]],
  ] as const) {
    for (let p = 0; p < rank; p++) {
      let [square, neighbour] = [0, 0];
      for (let i = 0; i < length; i++) {
        square += vectors[i * rank + p] ** 2;
        neighbour += vectors[i * rank + p] * vectors[i * rank + ((p + 1) % rank)];
      }
      expect(Math.abs(square - 1)).toBeLessThan(1e-12);
      if (rank > 1) expect(Math.abs(neighbour)).toBeLessThan(1e-12);
    }
  }
}

describe('truncatedSvd with WebAssembly kernels', () => {
  it.each([
    ['fc1', 30],
    ['fc1', 64],
    ['dense1', 13],
  ] as const)('is within 0.01 %% of the optimum on trained weights: %s, rank %i', (name, rank) => {
    expectNearOptimum(trainedMatrix(name), rank, 1e-4);
  });

  it('is within that bound by block Krylov iteration, for tall and wide matrices', () => {
    expectNearOptimum(
      signal([320, 260], 40, (i) => (i + 1) ** -0.5, 0.8),
      8,
      1e-4,
    );
    expectNearOptimum(
      signal([260, 320], 40, (i) => (i + 1) ** -0.5, 0.8),
      8,
      1e-4,
    );
  });

  it('multiplies in float64 when the remainder is small', () => {
    let held = 0;
    const counting: Kernels = {
      ...kernels,
      holdSingle(a) {
        held++;
        return (kernels as Required<Kernels>).holdSingle(a);
      },
    };
    const a = signal([300, 240], 24, (i) => 0.4 ** i, 1e-7);
    expectNearOptimum(a, 16, 1e-4, counting);
    expect(held).toBe(1);
  });

  it('gives the same bits again', () => {
    const a = signal([320, 260], 40, (i) => (i + 1) ** -0.5, 0.8);
    expect(truncatedSvd(a, 8, { kernels })).toEqual(truncatedSvd(a, 8, { kernels }));
  });

  it('gives the same bits with a progress listener', () => {
    const a = signal([320, 260], 40, (i) => (i + 1) ** -0.5, 0.8);
    expect(truncatedSvd(a, 8, { kernels, onProgress: () => {} }).s).toEqual(truncatedSvd(a, 8, { kernels }).s);
  });
});

it('thinSvd agrees with the portable kernels', () => {
  const a = signal([200, 150], 30, (i) => (i + 1) ** -0.5, 0.5);
  const { s } = thinSvd(a);
  thinSvd(a, kernels).s.forEach((value, i) => {
    expect(Math.abs(value - s[i])).toBeLessThan(1e-13 * s[0]);
  });
});
