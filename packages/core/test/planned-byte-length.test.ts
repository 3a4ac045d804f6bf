import { expect, it } from 'vitest';
import { plannedByteLength } from '../src/hosts.ts';
import { defineMethod, floatFactor, stack } from '../src/index.ts';
import { rankOneFormat } from './rank-one.ts';

/** A column times a row; says how many bytes it takes when it is told to. */
const rankOne = defineMethod<{ readonly says?: number }, 'column' | 'row'>({
  name: 'acme/rank-one',
  format: rankOneFormat,
  create: ({ says }) => ({
    options: says === undefined ? {} : { says },
    plan: ([rows, cols]) => ({
      factors: {
        column: { shape: [rows, 1], dtype: 'float32', trainable: true },
        row: { shape: [1, cols], dtype: 'float32', trainable: true },
      },
      byteLength: says,
    }),
    factorize: ({ shape: [rows, cols] }) => ({
      column: floatFactor([rows, 1], new Float32Array(rows)),
      row: floatFactor([1, cols], new Float32Array(cols)),
    }),
  }),
});

it('is what the plan says, or what factors of zeros take', () => {
  expect(plannedByteLength(rankOneFormat, rankOne({}).plan([5, 3]))).toBe(32);
  expect(rankOne({}).plan([5, 3])).not.toHaveProperty('byteLength');
  expect(plannedByteLength(rankOneFormat, rankOne({ says: 7 }).plan([5, 3]))).toBe(7);
});

it('is the sum of its parts for a stacked method', () => {
  const stacked = stack(rankOne, { column: rankOne, row: rankOne });
  const compressor = stacked({ outer: {}, inner: { column: {}, row: { says: 2 } } });
  // The column [5, 1] becomes [5, 1] and [1, 1]
  expect(plannedByteLength(compressor.format, compressor.plan([5, 3]))).toBe(6 * 4 + 2);
});
