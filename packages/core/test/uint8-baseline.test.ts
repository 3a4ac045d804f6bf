import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dequantizeUint8, quantizeUint8 } from '../src/index.ts';

const values = fc.float32Array({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000, minLength: 1 });

describe('quantizeUint8', () => {
  it('comes within one level of every value, and keeps zero exact', () => {
    fc.assert(
      fc.property(values, (original) => {
        const quantized = quantizeUint8(original);
        const restored = dequantizeUint8(quantized);
        const bound = quantized.scale * 1.0001;
        for (const [i, value] of original.entries()) {
          expect(Math.abs(value - restored[i])).toBeLessThanOrEqual(bound);
          if (value === 0) expect(restored[i]).toBeCloseTo(0, 30);
        }
      }),
    );
  });

  it('uses all 256 levels between the extremes', () => {
    const { codes, scale, min } = quantizeUint8(Float32Array.of(-1, 0, 1.55));
    expect([...codes]).toEqual([0, 100, 255]);
    expect(scale).toBeCloseTo(0.01, 6);
    expect(min).toBeCloseTo(-1, 6);
  });

  it('takes zeros', () => {
    expect([...dequantizeUint8(quantizeUint8(new Float32Array(3)))]).toEqual([0, 0, 0]);
  });
});
