// Properties of `simhash` on arbitrary matrices and its errors on known ones.
import { type Matrix, matrix, relativeError } from '@gcompress/core';
import { goldenMatrix } from '@gcompress/fixtures';
import { columnNorms } from '@gcompress/linalg';
import { denseMatrices, normalMatrix } from '@gcompress/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SimhashSettings, simhash } from '../src/index.ts';

const trained = goldenMatrix('trained-conv-400x32');
const KINDS = ['orthogonal', 'gaussian', 'fitted'] as const;

describe.each(KINDS)('%s planes', (planes) => {
  const compress = (a: Matrix, options: SimhashSettings & { readonly bits?: number }) =>
    simhash({ bits: 1, ...options, planes, allowLarger: true }).compress(a);

  it('never have a larger error after another sweep', () => {
    // Fitted planes lower the error of the whole matrix, other planes the error of each column
    const errorsOf = planes === 'fitted' ? (a: Matrix, b: Matrix) => [relativeError(a, b)] : columnErrors;
    fc.assert(
      fc.property(denseMatrices(), fc.integer({ min: 1, max: 30 }), (a, bits) => {
        const errors = [0, 1, 2, 4].map((refine) =>
          errorsOf(a, compress(a, { bits: Math.min(bits, 32 * a.shape[0]), refine }).decompress()),
        );
        for (let step = 1; step < errors.length; step++) {
          for (const [j, error] of errors[step].entries()) {
            expect(error).toBeLessThanOrEqual(errors[step - 1][j] + 1e-5);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('with least-squares scales have a relative error of at most 1', () => {
    fc.assert(
      fc.property(denseMatrices(), fc.integer({ min: 1, max: 12 }), (a, bits) => {
        const approximation = compress(a, { bits, refine: 1 }).decompress();
        for (const error of columnErrors(a, approximation)) expect(error).toBeLessThanOrEqual(1 + 1e-6);
      }),
      { numRuns: 40 },
    );
  });

  it('have a relative error of at most 1 for a column that is orthogonal to its plane', () => {
    const a = matrix([3, 2], [-127.75, 0, 127.75, 0, 0, 0]);
    for (const refine of [0, 1, 5]) {
      const [error] = columnErrors(a, compress(a, { bits: 1, refine }).decompress());
      expect(error).toBeLessThanOrEqual(1 + 1e-6);
    }
  });

  it('keep the norm of each column with norm scales, zero columns included', () => {
    const a = withZeroColumn(normalMatrix([24, 16]), 5);
    for (const refine of [0, 3]) {
      const norms = columnNorms(compress(a, { bits: 12, scales: 'norm', refine }).decompress());
      for (const [j, norm] of columnNorms(a).entries()) expect(norms[j]).toBeCloseTo(norm, 5);
    }
  });

  it('give a zero column the scale 0 and the signs +1', () => {
    const a = withZeroColumn(normalMatrix([24, 16]), 5);
    for (const scales of ['norm', 'least-squares'] as const) {
      const { factors } = compress(a, { bits: 30, scales });
      expect(factors.scales.data[5]).toBe(0);
      for (let p = 0; p < 30; p++) expect(factors.signs.data[p * 16 + 5]).toBe(1);
    }
  });

  it('report progress and stop when aborted', () => {
    const seen: number[] = [];
    const controller = new AbortController();
    const run = () =>
      simhash({ bits: 700, planes, allowLarger: true }).compress(trained, {
        signal: controller.signal,
        onProgress: (done) => {
          seen.push(done);
          if (seen.length === 2) controller.abort(new Error('enough'));
        },
      });
    expect(run).toThrow('enough');
    expect(seen).toHaveLength(2);
    expect(seen[0]).toBe(0);
    // Before the first signs are all chosen, which is 0.3 of the work
    expect(seen[1]).toBeGreaterThan(0);
    expect(seen[1]).toBeLessThan(0.3);
  });
});

describe('simhash', () => {
  it('with orthogonal planes and one bit a weight has the error of rounding normal numbers to their signs', () => {
    const error = relativeError(trained, simhash({ bits: 400 }).compress(trained).decompress());
    expect(error).toBeCloseTo(Math.sqrt(1 - 2 / Math.PI), 2);
  });

  // Errors of this method on this matrix when the test was written; scalar quantisation with the best codebook for normal
  // numbers has 0.343 at two bits and 0.186 at three
  it.each([
    [600, 0.445],
    [800, 0.315],
    [1200, 0.185],
    [1600, 0.108],
  ])('with %i bits has a relative error below %f on trained weights', (bits, most) => {
    expect(relativeError(trained, simhash({ bits }).compress(trained).decompress())).toBeLessThan(most);
  });

  it('has a smaller error with more bits', () => {
    const errors = [50, 100, 200, 400, 500, 800, 1000, 1600, 2000].map((bits) =>
      relativeError(trained, simhash({ bits }).compress(trained).decompress()),
    );
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
  });

  it('draws other planes for another seed', () => {
    const of = (seed: number) => simhash({ bits: 20, seed }).compress(trained).factors.projection.data;
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  it('reproduces one row exactly with one bit', () => {
    const a = matrix([1, 3], [1.5, -2, 0]);
    expect(simhash({ bits: 1, allowLarger: true }).compress(a).decompress()).toEqual(a);
  });
});

function withZeroColumn(a: Matrix, column: number): Matrix {
  return matrix(
    a.shape,
    a.data.map((entry, at) => (at % a.shape[1] === column ? 0 : entry)),
  );
}

/** Relative error of each column; 0 for a zero column that stays zero. */
function columnErrors(a: Matrix, approximation: Matrix): number[] {
  const difference = matrix(
    a.shape,
    a.data.map((entry, at) => entry - approximation.data[at]),
  );
  const norms = columnNorms(a);
  return Array.from(columnNorms(difference), (error, j) => error / (norms[j] || 1));
}
