// The matrix by fast rotations equals the product of the factors, and levels are the sums of their signs.
import { createFormatRegistry, createRandom, deserialize, matrix, relativeError, serialize } from '@gcompress/core';
import { decodeMatrices } from '@gcompress/core/decode';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { denseFromOrthogonal } from '../src/dense.ts';
import { simhashDecoder } from '../src/format.ts';
import { simhash, simhashFormat } from '../src/index.ts';
import { drawRotations, planeBlocks } from '../src/projection.ts';
import { applyRotation } from '../src/rotation.ts';
import { packSigns, unpackSigns } from '../src/sign-bits.ts';

function normalMatrix(rows: number, cols: number, seed: number) {
  const random = createRandom(seed);
  return matrix(
    [rows, cols],
    Float32Array.from({ length: rows * cols }, () => random.normal()),
  );
}

it('equals the product of projection, signs and scales for any shape and number of bits', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 200 }),
      fc.nat(1000),
      (rows, cols, wanted, seed) => {
        const bits = Math.min(wanted, 32 * rows);
        const compressed = simhash({ bits, seed, refine: 1, allowLarger: true }).compress(
          normalMatrix(rows, cols, seed),
        );
        const { projection, signs, scales } = compressed.factors;
        const dense = denseFromOrthogonal(seed, [rows, cols], bits, packSigns(signs.data), scales.data);
        const largest = Math.max(...scales.data.map(Math.abs)) * Math.sqrt(bits);
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < cols; j++) {
            let sum = 0;
            for (let k = 0; k < bits; k++) sum += projection.data[i * bits + k] * signs.data[k * cols + j];
            expect(Math.abs(dense[i * cols + j] - sum * scales.data[j])).toBeLessThan(1e-5 * largest);
          }
        }
      },
    ),
    { numRuns: 25 },
  );
});

it('has the bits of rotated sums of signs, for any number of digits', () => {
  const sizes = fc.tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 70 }),
    fc.integer({ min: 1, max: 288 }),
  );
  fc.assert(
    fc.property(sizes, fc.nat(1000), ([rows, cols, wanted], seed) => {
      const bits = Math.min(wanted, 32 * rows);
      const random = createRandom(seed);
      const signs = Float32Array.from({ length: bits * cols }, () => 2 * random.integer(2) - 1);
      const scales = Float32Array.from({ length: cols }, random.normal);
      const blocks = planeBlocks(rows, bits);
      const turned = drawRotations(seed, rows, bits).map((rotation, index) => {
        const sums = new Float64Array(rows * cols);
        for (const [block, { rotation: own, length, planes }] of blocks.entries()) {
          if (own !== index) continue;
          for (let at = 0; at < planes * cols; at++) sums[at] += length * signs[block * rows * cols + at];
        }
        applyRotation(rotation, sums, cols);
        return sums;
      });
      const expected = turned[0].map((sum, at) => (turned[1] ? sum + turned[1][at] : sum) * scales[at % cols]);
      const dense = denseFromOrthogonal(seed, [rows, cols], bits, packSigns(signs), scales);
      expect(dense).toEqual(Float32Array.from(expected));
    }),
  );
});

it('gives the same matrix from factors, from a file, and to a page that only decodes', async () => {
  const compressed = simhash({ bits: 130 }).compress(normalMatrix(65, 66, 1));
  const bytes = serialize({ weights: compressed });
  const expected = compressed.decompress();
  const { weights } = await deserialize(bytes, createFormatRegistry([simhashFormat]));
  expect(weights.decompress()).toEqual(expected);
  expect(decodeMatrices(bytes, [simhashDecoder]).weights).toEqual(expected);
});

it('more bits leave less error, also far beyond the digits of float32', () => {
  const weights = normalMatrix(12, 40, 2);
  const errors = [1, 2, 3, 4, 8, 16, 31, 32].map((digits) =>
    relativeError(
      weights,
      simhash({ bits: 12 * digits, allowLarger: true })
        .compress(weights)
        .decompress(),
    ),
  );
  for (let i = 1; i < 6; i++) expect(errors[i]).toBeLessThan(errors[i - 1]);
  expect(errors[6]).toBeLessThan(1e-6);
  expect(errors[7]).toBeLessThan(1e-6);
});

it('signs survive packing for any number of them', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(-1, 1)), (signs) => {
      const bytes = packSigns(signs);
      expect(bytes).toHaveLength(Math.ceil(signs.length / 8));
      expect([...unpackSigns(bytes, signs.length)]).toEqual(signs);
    }),
  );
});
