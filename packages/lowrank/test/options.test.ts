import { isGCompressError, matrix, relativeError } from '@gcompress/core';
import { goldenMatrix } from '@gcompress/fixtures';
import { anyMatrices, normalMatrix } from '@gcompress/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocateRanks, breakEvenRank, type LowRankOptions, type LowRankSettings, lowRank } from '../src/index.ts';

const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));

/** Ranks that these options give to matrices of several shapes. */
const ranks = (options: LowRankOptions, ...shapes: [number, number][]) =>
  shapes.map((shape) => lowRank(options).plan(shape).factors.b.shape[1]);

describe('sizes', () => {
  it('rank fixes the rank for every shape', () => {
    expect(ranks({ rank: 3 }, [24, 16], [9, 9])).toEqual([3, 3]);
  });

  it('ratio and bytes choose the largest rank that fits', () => {
    const original = goldenMatrix('normal-24x16');
    const byRatio = lowRank({ ratio: 3 }).compress(original);
    expect(byRatio.factors.b.shape[1]).toBe(3);
    expect(byRatio.compressionRatio).toBeCloseTo((24 * 16) / (3 * 40), 12);
    const byBytes = lowRank({ bytes: 799 }).compress(original);
    expect(byBytes.byteLength).toBe(4 * 40 * 4);
    expect(lowRank({ bytes: 800 }).compress(original).byteLength).toBe(800);
    // More bytes than needed: the break-even rank, because a larger rank would not be smaller than the matrix
    expect(ranks({ bytes: 1e9 }, [24, 16])).toEqual([9]);
  });

  it('energy plans the break-even rank or maxRank and may use fewer', () => {
    const original = goldenMatrix('decay-80x64');
    expect(ranks({ energy: 0.9 }, [80, 64], [24, 16])).toEqual([35, 9]);
    expect(ranks({ energy: 0.9, allowLarger: true }, [80, 64])).toEqual([64]);
    expect(ranks({ energy: 0.9, maxRank: 20 }, [80, 64], [24, 16])).toEqual([20, 9]);
    const used = lowRank({ energy: 0.9 }).compress(original).factors.b.shape[1];
    expect(used).toBeLessThan(35);
    expect(lowRank({ energy: 0.9, maxRank: 2 }).compress(original).factors.b.shape[1]).toBe(2);
    expect(lowRank({ energy: 0.9, svd: 'exact' }).compress(original).factors.b.shape[1]).toBe(used);
  });

  it('percent follows the Python rule and is refused when the factors are not smaller', () => {
    expect(ranks({ percent: 400 }, [24, 16])).toEqual([4]);
    expect(ranks({ percent: 100, allowLarger: true }, [24, 16])).toEqual([16]);
    expect(() => lowRank({ percent: 100 }).plan([24, 16])).toThrow(code('not-smaller'));
  });
});

describe('settings', () => {
  it('are completed by their defaults in the options of the compressor', () => {
    expect(lowRank({ rank: 4 }).options).toEqual({ rank: 4, svd: 'truncated', seed: 0, allowLarger: false });
    const all = { energy: 0.5, maxRank: 7, svd: 'exact', tolerance: 1e-4, seed: 3, allowLarger: true } as const;
    expect(lowRank(all).options).toEqual(all);
  });

  it('of another seed change the factors, but the error by no more than the tolerance', () => {
    const normal = normalMatrix([400, 300]);
    // Singular values that fall fast enough for the decomposition which has a random start
    const original = matrix(
      normal.shape,
      normal.data.map((entry, at) => entry * 0.8 ** (at % 300)),
    );
    const compress = (options: LowRankSettings) => lowRank({ rank: 2, ...options }).compress(original);
    const [first, other] = [compress({ tolerance: 1e-3 }), compress({ tolerance: 1e-3, seed: 1 })];
    expect(compress({ tolerance: 1e-3, seed: 0 }).factors).toEqual(first.factors);
    expect(other.factors).not.toEqual(first.factors);
    const errors = [first, other, compress({ svd: 'exact' })].map(({ decompress }) =>
      relativeError(original, decompress()),
    );
    expect(Math.max(...errors) / Math.min(...errors)).toBeLessThan(1 + 1e-3);
  });

  it('allow progress to reach 1 and a signal to end the work', () => {
    const original = goldenMatrix('trained-300x100');
    const seen: number[] = [];
    const controller = new AbortController();
    lowRank({ rank: 4 }).compress(original, { onProgress: (done) => seen.push(done) });
    expect(seen.at(-1)).toBe(1);
    const stopping = { signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) };
    expect(() => lowRank({ rank: 4 }).compress(original, stopping)).toThrow('enough');
  });
});

it.each<LowRankOptions>([{ rank: 40 }, { rank: 40, svd: 'exact' }, { energy: 0.5 }])(
  'progress rises to 1 and a signal ends the work halfway with %j',
  (options) => {
    const original = normalMatrix([400, 200]);
    const seen: number[] = [];
    lowRank(options).compress(original, { onProgress: (done) => seen.push(done) });
    expect(seen).toEqual([...seen].sort((x, y) => x - y));
    expect([seen[0], seen.at(-1)]).toEqual([0, 1]);
    expect(seen.length).toBeGreaterThan(4);
    const half = seen[Math.floor(seen.length / 2)];
    const controller = new AbortController();
    const heard: number[] = [];
    const onProgress = (done: number) => {
      heard.push(done);
      if (done >= half) controller.abort(new Error('enough'));
    };
    expect(() => lowRank(options).compress(original, { signal: controller.signal, onProgress })).toThrow('enough');
    expect(heard.at(-1)).toBe(half);
  },
);

describe('an energy that no allowed rank keeps', () => {
  // Equal singular values: rank k keeps k / 20 of the energy
  const flat = matrix(
    [20, 20],
    Float32Array.from({ length: 400 }, (_, at) => (at % 21 === 0 ? 3 : 0)),
  );

  it('gives a warning that names the energy kept', () => {
    expect(lowRank({ energy: 0.99 }).compress(flat).warnings).toEqual([
      'lowrank: 0.4500 of the energy is kept where 0.99 was asked: a matrix [20, 20] gets rank 9 at most, and 0.99 needs rank 20.',
    ]);
    expect(lowRank({ energy: 0.5, maxRank: 4 }).compress(flat).warnings).toEqual([
      'lowrank: 0.2000 of the energy is kept where 0.5 was asked: a matrix [20, 20] gets rank 4 at most, and 0.5 needs rank 10.',
    ]);
  });

  it('gives a note exactly when the error is larger than asked', () => {
    const energy = fc.double({ min: 0.05, max: 0.999, noNaN: true });
    const maxRank = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(anyMatrices(), energy, maxRank, (original, asked, most) => {
        fc.pre(breakEvenRank(original.shape) > 0);
        const { notes, decompress } = lowRank({ energy: asked, maxRank: most }).compress(original);
        const lost = relativeError(original, decompress()) ** 2;
        // A smaller difference may be rounding
        fc.pre(Math.abs(lost - (1 - asked)) > 1e-5);
        expect(notes.length).toBe(lost > 1 - asked ? 1 : 0);
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

describe('lowRank refuses', () => {
  it.each<[object, string, string]>([
    [{ rank: 0 }, 'invalid-option', 'lowRank rank: expected an integer of at least 1, got 0'],
    [{ rank: 2.5 }, 'invalid-option', 'lowRank rank: expected an integer of at least 1, got 2.5'],
    [{ rank: Number.NaN }, 'invalid-option', 'lowRank rank'],
    [{ rank: '4' }, 'invalid-option', "lowRank rank: expected an integer of at least 1, got '4'"],
    [{ ratio: 1 }, 'invalid-option', 'lowRank ratio: expected a number above 1, got 1'],
    [{ energy: 0 }, 'invalid-option', 'lowRank energy: expected a number above 0 and at most 1, got 0'],
    [{ energy: 1.1 }, 'invalid-option', 'lowRank energy'],
    [{ bytes: 0.5 }, 'invalid-option', 'lowRank bytes: expected an integer of at least 1, got 0.5'],
    [{ percent: 0 }, 'invalid-option', 'lowRank percent: expected a number above 0, got 0'],
    [{ energy: 0.5, maxRank: 0 }, 'invalid-option', 'lowRank maxRank'],
    [{ rank: 4, maxRank: 8 }, 'invalid-option', 'lowRank maxRank: expected no maxRank with rank, got 8'],
    [{ rank: 4, svd: 'fast' }, 'invalid-option', "lowRank svd: expected 'truncated' or 'exact', got 'fast'"],
    [{ rank: 4, tolerance: 0 }, 'invalid-option', 'lowRank tolerance'],
    [{ rank: 4, tolerance: 0.01 }, 'invalid-option', 'lowRank tolerance: expected a number above 0 and at most 0.001'],
    [{ rank: 4, seed: -1 }, 'invalid-option', 'lowRank seed'],
    [{ rank: 4, allowLarger: 'yes' }, 'invalid-option', "lowRank allowLarger: expected true or false, got 'yes'"],
    [{}, 'invalid-option', 'lowRank: expected exactly one of rank, ratio, energy, bytes, percent, got none'],
    [{ rank: 4, ratio: 2 }, 'invalid-option', 'got rank and ratio'],
    [{ ranks: 4 }, 'unknown-option', "got 'ranks'"],
  ])('%j', (options, expected, message) => {
    expect(() => lowRank(options as LowRankOptions)).toThrow(code(expected));
    expect(() => lowRank(options as LowRankOptions)).toThrow(message);
  });

  it('no size, several sizes and settings alone, in the types too', () => {
    // @ts-expect-error no size
    expect(() => lowRank({})).toThrow('exactly one of');
    // @ts-expect-error two sizes
    expect(() => lowRank({ ratio: 4, rank: 4 })).toThrow('rank and ratio');
    // @ts-expect-error settings are not enough
    expect(() => lowRank({ seed: 1 })).toThrow('exactly one of');
    // @ts-expect-error one budget, not two
    expect(() => allocateRanks({}, { ratio: 4, bytes: 400 })).toThrow('ratio and bytes');
    // @ts-expect-error some budget
    expect(() => allocateRanks({}, {})).toThrow('exactly one of');
  });

  it.each<[LowRankOptions, [number, number], string, string]>([
    [{ rank: 10 }, [24, 16], 'not-smaller', 'a rank of at most 9, the break-even of a matrix [24, 16], got 10'],
    [{ rank: 17 }, [24, 16], 'invalid-option', 'lowRank rank: expected at most 16 for a matrix [24, 16], got 17'],
    [{ rank: 17, allowLarger: true }, [24, 16], 'invalid-option', 'expected at most 16'],
    [{ rank: 1 }, [1, 100], 'not-smaller', 'got shape [1, 100]. Leave this matrix as it is.'],
    [{ energy: 0.5 }, [2, 2], 'not-smaller', 'got shape [2, 2]'],
    [{ ratio: 10 }, [24, 16], 'invalid-option', 'lowRank ratio: expected at most 9.6 for a matrix [24, 16], got 10'],
    [{ bytes: 159 }, [24, 16], 'invalid-option', 'lowRank bytes: expected at least 160 for a matrix [24, 16], got 159'],
  ])('%j for a matrix of shape %j', (options, shape, expected, message) => {
    expect(() => lowRank(options).plan(shape)).toThrow(code(expected));
    expect(() => lowRank(options).plan(shape)).toThrow(message);
    const zeros = { shape, data: new Float32Array(shape[0] * shape[1]) };
    expect(() => lowRank(options).compress(zeros)).toThrow(message);
  });

  it('nothing that allowLarger accepts, but warns of it', () => {
    const compressed = lowRank({ rank: 10, allowLarger: true }).compress(goldenMatrix('normal-24x16'));
    expect(compressed.warnings).toEqual([
      'lowrank: 1600 bytes are not fewer than the 1536 of the dense matrix [24, 16].',
    ]);
  });
});
