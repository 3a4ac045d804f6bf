// Grids, random draws, rankings and Pareto fronts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJob, grid, type Parameters, paretoFront, randomSearch, rankResults, readSweep } from '../src/index.ts';

describe('grid', () => {
  it('has all combinations, the last parameter changing first', () => {
    expect(grid({ method: ['a', 'b'], bits: { from: 2, to: 4, integer: true } })).toEqual([
      { method: 'a', bits: 2 },
      { method: 'a', bits: 3 },
      { method: 'a', bits: 4 },
      { method: 'b', bits: 2 },
      { method: 'b', bits: 3 },
      { method: 'b', bits: 4 },
    ]);
  });

  it('spreads steps evenly, by values or by logarithms, with both ends', () => {
    const values = (range: object) => grid({ x: range } as Parameters).map(({ x }) => x);
    expect(values({ from: 0, to: 1, steps: 5 })).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(values({ from: 1e-4, to: 1e-1, steps: 4, scale: 'log' })).toEqual([1e-4, 1e-3, 1e-2, 1e-1]);
    expect(values({ from: 1, to: 100, steps: 3, scale: 'log', integer: true })).toEqual([1, 10, 100]);
    expect(values({ from: 1, to: 3, steps: 9, integer: true })).toEqual([1, 2, 3]);
    expect(values({ from: 5, to: 7, steps: 1 })).toEqual([5]);
  });

  it('has as many different configurations as the product of its lists', () => {
    const lists = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(lists, (values) => {
        const made = grid(Object.fromEntries(values.map((list, i) => [`p${i}`, list])));
        expect(made).toHaveLength(values.reduce((product, { length }) => product * length, 1));
        expect(new Set(made.map((each) => createJob(each).id)).size).toBe(made.length);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    [{}, 'at least one parameter'],
    [{ x: [] }, 'at least one value'],
    [{ x: [Number.NaN] }, 'a finite number'],
    [{ x: [undefined] }, 'a value of JSON'],
    [{ x: 3 }, 'a list of values or a range'],
    [{ x: { from: 0, to: 1 } }, 'a range with steps'],
    [{ x: { from: 2, to: 1, steps: 3 } }, 'of at least 2'],
    [{ x: { from: 0, to: 1, steps: 3, scale: 'log' } }, 'above 0'],
    [{ x: { from: 0, to: 1, step: 3 } }, "got 'step'"],
    [{ x: { from: 0, to: 9e6, integer: true } }, 'at most 1000000'],
  ])('refuses %j', (parameters, message) => {
    expect(() => grid(parameters as never)).toThrow(message);
  });
});

describe('randomSearch', () => {
  const parameters: Parameters = {
    method: ['a', 'b', 'c'],
    bits: { from: 2, to: 8, integer: true },
    lambda: { from: 1e-5, to: 1e-1, scale: 'log' },
    momentum: { from: 0, to: 1 },
  };

  it('draws different configurations inside the ranges, the same for the same seed, and continues them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 30 }), (seed, count) => {
        const drawn = randomSearch(parameters, { count, seed });
        expect(new Set(drawn.map((each) => createJob(each).id)).size).toBe(count);
        expect(randomSearch(parameters, { count: count + 3, seed }).slice(0, count)).toEqual(drawn);
        for (const { method, bits, lambda, momentum } of drawn as Record<string, number>[]) {
          expect('abc').toContain(method);
          expect(Number.isInteger(bits) && bits >= 2 && bits <= 8).toBe(true);
          expect(lambda >= 1e-5 && lambda <= 1e-1 && momentum >= 0 && momentum <= 1).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('draws logarithms evenly, and every integer as often', () => {
    const drawn = randomSearch({ ...parameters, salt: { from: 0, to: 1 } }, { count: 3000, seed: 1 });
    const part = (test: (each: Record<string, number>) => boolean) =>
      (drawn as Record<string, number>[]).filter(test).length / drawn.length;
    for (const exponent of [-5, -4, -3, -2]) {
      expect(part(({ lambda }) => lambda >= 10 ** exponent && lambda < 10 ** (exponent + 1))).toBeCloseTo(0.25, 1);
    }
    for (let value = 2; value <= 8; value++) expect(part(({ bits }) => bits === value)).toBeCloseTo(1 / 7, 1);
  });

  it('refuses more configurations than there are', () => {
    expect(() => randomSearch({ x: [1, 2, 3] }, { count: 4, seed: 1 })).toThrow(/at most the 3 configurations/);
    expect(randomSearch({ x: [1, 2, 3] }, { count: 3, seed: 1 })).toHaveLength(3);
  });
});

describe('createJob', () => {
  it('gives equal configurations one id, whatever the order of their keys', () => {
    const { id } = createJob({ a: 1, b: { c: [1, 2], d: 'x' } });
    expect(id).toMatch(/^[0-9a-f]{20}$/);
    expect(createJob({ b: { d: 'x', c: [1, 2] }, a: 1 }).id).toBe(id);
    expect(createJob({ b: { d: 'x', c: [2, 1] }, a: 1 }).id).not.toBe(id);
  });

  it('refuses what JSON does not keep', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const value of [{ a: Number.POSITIVE_INFINITY }, { a: undefined }, { a: new Date() }, [1], circular, null]) {
      expect(() => createJob(value as never)).toThrow(/configuration/);
    }
  });
});

describe('results', () => {
  const point = fc.record({ bytes: fc.integer({ min: 0, max: 5 }), quality: fc.integer({ min: 0, max: 5 }) });
  const points = fc.array(
    point.map((result) => ({ result })),
    { maxLength: 12 },
  );

  it('of a Pareto front are those that no other result beats', () => {
    fc.assert(
      fc.property(points, (results) => {
        const front = paretoFront(results, { bytes: 'min', quality: 'max' });
        const beaten = ({ result: { bytes, quality } }: (typeof results)[number]) =>
          results.some(
            ({ result }) =>
              (result.bytes <= bytes && result.quality > quality) ||
              (result.bytes < bytes && result.quality >= quality),
          );
        expect(new Set(front)).toEqual(new Set(results.filter((each) => !beaten(each))));
        const bytes = front.map(({ result }) => result.bytes);
        expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
      }),
    );
  });

  it('are ranked from the best to the worst, and equal ones stay in order', () => {
    const results = [3, 1, 2, 1].map((error, i) => ({ i, result: { error } }));
    expect(rankResults(results, 'error').map(({ i }) => i)).toEqual([1, 3, 2, 0]);
    expect(rankResults(results, 'error', 'max').map(({ i }) => i)).toEqual([0, 2, 1, 3]);
  });

  it('without the metric are refused, with the names that there are', () => {
    const results = [{ result: { accuracy: 1, name: 'x' } }];
    expect(() => rankResults(results, 'acuracy')).toThrow(/metric 'acuracy': .+ There are accuracy\./);
    expect(() => paretoFront(results, { name: 'min' })).toThrow(/metric 'name'/);
    expect(() => paretoFront(results, {})).toThrow(/paretoFront goals/);
    expect(() => rankResults(results, 'toString')).toThrow(/got undefined/);
  });
});

describe('readSweep', () => {
  const job = './job.js';

  it('makes the configurations of a grid, of draws, or takes those that are given', () => {
    const parameters = { x: [1, 2, 3], y: ['a'] };
    expect(readSweep({ job, parameters }).configurations).toEqual(grid(parameters));
    expect(readSweep({ job, parameters, random: { count: 2, seed: 5 } }).configurations).toEqual(
      randomSearch(parameters, { count: 2, seed: 5 }),
    );
    expect(readSweep({ job, configurations: [{ x: 1 }, { x: 2 }, { x: 1 }] })).toEqual({
      job,
      goal: 'min',
      configurations: [{ x: 1 }, { x: 2 }],
    });
  });

  it.each([
    [{ parameters: { x: [1] } }, 'sweep job'],
    [{ job }, 'exactly one of parameters, configurations'],
    [{ job, parameters: { x: [1] }, configurations: [] }, 'exactly one of'],
    [{ job, configurations: [{}], random: { count: 1, seed: 1 } }, 'parameters to draw from'],
    [{ job, parameters: { x: [1] }, halving: { name: 'epochs', from: 1, to: 9 } }, "a metric for 'halving'"],
    [{ job, parameters: { x: [1] }, size: 'bytes' }, "a metric for 'size'"],
    [{ job, parameters: { x: [1] }, metric: 'e', goal: 'low' }, "one of 'min', 'max'"],
    [{ job, parameters: { x: [1] }, metric: 'e', halving: { name: 'epochs', from: 9, to: 1 } }, 'budget to'],
    [{ job, parameter: { x: [1] } }, "got 'parameter'"],
  ])('refuses %j', (definition, message) => {
    expect(() => readSweep(definition as never)).toThrow(message);
  });
});
