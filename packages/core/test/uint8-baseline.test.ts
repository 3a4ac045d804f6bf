import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dequantizeUint8, quantizeUint8 } from '../src/hosts.ts';

const values = fc.float32Array({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000, minLength: 1 });

describe('quantizeUint8', () => {
  it('comes within one level of every value, and keeps zero exact where it lies in the range', () => {
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

  // Worked out by hand from `quantize_weights` of the converter
  it.each<[what: string, values: number[], codes: number[], scale: number, min: number]>([
    ['0 between the extremes moves the range', [-1, 0, 1.55], [0, 100, 255], 0.01, -1],
    ['0 at the lower end stays', [0, 2.55], [0, 255], 0.01, 0],
    ['0 at the upper end stays', [-2.55, 0], [0, 255], 0.01, -2.55],
    ['only positive values are not widened to 0', [10, 10.51, 12.55], [0, 51, 255], 0.01, 10],
    ['only negative values are not widened to 0', [-12.55, -10], [0, 255], 0.01, -12.55],
    ['one value is the minimum', [3, 3], [0, 0], 1, 3],
    ['no value', [], [], 1, 0],
    // zero point 100.4 → 100: the range becomes [−1, 1.55] in levels of 0.01, and −1.004 is cut off
    ['what the shift leaves outside is cut off', [-1.004, 0, 1.546], [0, 100, 255], 0.01, -1],
  ])('%s', (_, given, codes, scale, min) => {
    const quantized = quantizeUint8(Float32Array.from(given));
    expect([...quantized.codes]).toEqual(codes);
    expect(quantized.scale).toBeCloseTo(scale, 6);
    expect(quantized.min).toBeCloseTo(min, 5);
  });

  it('rounds halves to even, as NumPy does', () => {
    // Levels of 1 from 0: 0.5 → 0, 1.5 → 2, 2.5 → 2
    expect([...quantizeUint8(Float32Array.of(0, 0.5, 1.5, 2.5, 255)).codes]).toEqual([0, 0, 2, 2, 255]);
  });

  it('refuses values without a finite range', () => {
    expect(() => quantizeUint8(Float32Array.of(1, Number.NaN))).toThrow(
      expect.objectContaining({ code: 'non-finite' }),
    );
    expect(() => quantizeUint8([1, 2] as never)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});
