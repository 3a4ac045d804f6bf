// Euclidean norms, compared with their definition, and their range.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnNorms, norm, rowNorms } from '../src/index.ts';
import { hypotenuse } from '../src/products/norms.ts';
import { normalMatrix } from './helpers.ts';

describe('norms', () => {
  it('agree with the definition', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 20 }), (values) => {
        const expected = Math.hypot(...values);
        expect(Math.abs(norm(values) - expected)).toBeLessThanOrEqual(1e-14 * expected);
      }),
    );
  });

  it('neither overflow nor vanish', () => {
    for (const scale of [1e300, 1e-300, 1e30, 1e-30]) {
      expect(norm([3 * scale, -4 * scale]) / scale).toBeCloseTo(5, 12);
      expect(hypotenuse(3 * scale, -4 * scale) / scale).toBeCloseTo(5, 12);
      expect(hypotenuse(0, scale)).toBe(scale);
    }
    expect(hypotenuse(0, 0)).toBe(0);
  });

  it('propagate infinities and NaN', () => {
    expect(norm([1, Number.NEGATIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
    expect(norm([0, Number.NaN, 1])).toBeNaN();
    expect(norm([Number.NaN])).toBeNaN();
  });

  it('of rows and columns agree with the definition', () => {
    const a = normalMatrix(7, 5);
    const rows = rowNorms(a);
    const cols = columnNorms(a);
    expect([rows.length, cols.length]).toEqual([7, 5]);
    for (let i = 0; i < 7; i++) expect(rows[i]).toBeCloseTo(Math.hypot(...a.data.slice(i * 5, i * 5 + 5)), 12);
    for (let j = 0; j < 5; j++) {
      expect(cols[j]).toBeCloseTo(Math.hypot(...a.data.filter((_, at) => at % 5 === j)), 12);
    }
  });

  it('handle a column of zeros and extreme columns', () => {
    const data = new Float64Array([0, 3e200, 3e-200, 0, -4e200, 4e-200]);
    const [zero, huge, tiny] = columnNorms({ shape: [2, 3], data });
    expect([zero, huge / 1e200, tiny * 1e200].map((value) => Math.fround(value))).toEqual([0, 5, 5]);
  });
});
