import { expect, it, vi } from 'vitest';
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

it('takes the bytes of a plan from its author, and counts factors of zeros where the author leaves them out', () => {
  expect(rankOne({ says: 7 }).plan([5, 3]).byteLength).toBe(7);
  expect(rankOne({}).plan([5, 3]).byteLength).toBe(32);
});

it('packs zeros when the bytes of a plan are first asked for, and only then', () => {
  const pack = vi.fn(rankOneFormat.pack);
  const counted = defineMethod({
    name: 'acme/counted',
    format: { ...rankOneFormat, pack },
    create: () => ({
      options: {},
      plan: (shape) => ({ factors: rankOne({}).plan(shape).factors }),
      factorize: () => rankOne({}).compress({ shape: [1, 1], data: Float32Array.of(1) }).factors,
    }),
  });
  const plan = counted({}).plan([5, 3]);
  expect(pack).not.toHaveBeenCalled();
  expect([plan.byteLength, plan.byteLength]).toEqual([32, 32]);
  expect(pack).toHaveBeenCalledTimes(1);
});

it.each([-1, 1.5, Number.NaN, '7' as never, null as never])('refuses %j as the bytes of a plan', (says) => {
  expect(() => rankOne({ says }).plan([5, 3])).toThrow(
    `acme/rank-one plan byteLength: expected an integer of at least 0, got ${typeof says === 'string' ? `'${says}'` : says}.`,
  );
});

it('counts the bytes of a plan that was written by hand without them', () => {
  const { shape, factors, config } = rankOne({}).plan([5, 3]);
  expect(plannedByteLength(rankOneFormat, { shape, factors, config })).toBe(32);
});

it('adds up the bytes of the parts of a stacked method', () => {
  const stacked = stack(rankOne, { column: rankOne, row: rankOne });
  const compressor = stacked({ outer: {}, inner: { column: {}, row: { says: 2 } } });
  // The column [5, 1] becomes [5, 1] and [1, 1]
  expect(plannedByteLength(compressor.format, compressor.plan([5, 3]))).toBe(6 * 4 + 2);
});
