import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetBytes, budgetTooSmall, largestThatFits, type SizeBudget, sizeBudgetOf } from '../src/checks.ts';
import { isGCompressError } from '../src/index.ts';

const side = fc.integer({ min: 1, max: 40 });
const shapes = fc.tuple(side, side);
const budgets: fc.Arbitrary<SizeBudget> = fc.oneof(
  fc.double({ min: 1.001, max: 50, noNaN: true }).map((ratio) => ({ ratio })),
  fc.integer({ min: 1, max: 7000 }).map((bytes) => ({ bytes })),
);
/** Stored bytes that grow by steps of 0 to 40 with each size from 0 on. */
const growing = fc
  .array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 60 })
  .map((steps) => steps.map((_, size) => 8 + steps.slice(0, size + 1).reduce((sum, step) => sum + step, 0)));

describe('largestThatFits', () => {
  it('finds the size that a search through all of them finds, or throws the shared error', () => {
    fc.assert(
      fc.property(budgets, shapes, growing, (budget, shape, bytes) => {
        const allowed = budgetBytes('m', budget, shape);
        const expected = bytes.filter((each) => each <= allowed).length - 1;
        const find = () =>
          largestThatFits('m', budget, shape, (size) => bytes[size], { min: 0, max: bytes.length - 1 });
        if (expected >= 0) expect(find()).toBe(expected);
        else expect(find).toThrow(budgetTooSmall('m', budget, shape, bytes[0]).message);
      }),
    );
  });

  it('finds a size that only the budget limits', () => {
    const range = { min: 1, max: Number.MAX_SAFE_INTEGER };
    expect(largestThatFits('m', { bytes: 1000 }, [5, 5], (size) => 3 * size, range)).toBe(333);
    expect(largestThatFits('m', { bytes: 1000 }, [5, 5], () => 0, range)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('refuses a range without sizes', () => {
    expect(() => largestThatFits('m', { bytes: 9 }, [5, 5], (size) => size, { min: 3, max: 2 })).toThrow(
      'm range max: expected an integer of at least 3, got 2',
    );
  });
});

describe('budgetTooSmall', () => {
  it('names the option, the size that came and the size that can be reached', () => {
    expect(budgetTooSmall('lowRank', { ratio: 20 }, [10, 30], 160).message).toBe(
      'lowRank ratio: expected at most 7.5 for a matrix [10, 30], got 20. The smallest stored form takes 160 bytes, a ratio of 7.5.',
    );
    expect(budgetTooSmall('lowRank', { bytes: 20 }, [10, 30], 160).message).toBe(
      'lowRank bytes: expected at least 160 for a matrix [10, 30], got 20. The smallest stored form takes 160 bytes, a ratio of 7.5.',
    );
    expect(budgetTooSmall('lowRank', { bytes: 20 }, [1, 3], 16).message).toBe(
      'lowRank bytes: expected at least 16 for a matrix [1, 3], got 20. The smallest stored form takes 16 bytes, the matrix 12. Leave this matrix as it is.',
    );
  });

  it('names a ratio that the smallest form reaches', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 5000 }), (shape, least) => {
        const named = Number(/at most ([\d.e+-]+)/.exec(budgetTooSmall('m', { ratio: 2 }, shape, least).message)?.[1]);
        if (named > 1) expect(budgetBytes('m', { ratio: named }, shape)).toBeGreaterThanOrEqual(least);
      }),
    );
  });
});

describe('sizeBudgetOf', () => {
  it('takes the budget from the options of a method', () => {
    expect(sizeBudgetOf('m', {})).toBeUndefined();
    expect(sizeBudgetOf('m', { ratio: 2 })).toEqual({ ratio: 2 });
    expect(sizeBudgetOf('m', { bytes: 2 })).toEqual({ bytes: 2 });
  });

  it.each([{ ratio: 2, bytes: 3 }, { ratio: 1 }, { ratio: '2' }, { bytes: 0 }, { bytes: 1.5 }, { bytes: null }])(
    'refuses %o',
    (options) => {
      let error: unknown;
      try {
        sizeBudgetOf('m', options as SizeBudget);
      } catch (thrown) {
        error = thrown;
      }
      expect(isGCompressError(error, 'invalid-option')).toBe(true);
    },
  );
});
