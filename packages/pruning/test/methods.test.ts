// `pruned` and `prunedKMeans`: results, sizes, options and reading of stored forms.
import { matrix, type PackedMatrix, relativeError } from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import { describe, expect, it } from 'vitest';
import {
  blockMask,
  magnitudeMask,
  type PrunedKMeansOptions,
  type PruningOptions,
  type PruningStructure,
  patternMask,
  pruned,
  prunedFormat,
  prunedKMeans,
  prunedKMeansFormat,
  type SparsityPattern,
} from '../src/index.ts';
import { expectRefusal, nonzeros, randomMatrix } from './support.ts';

const a = randomMatrix([64, 40]);

describe('pruned', () => {
  it('keeps the entries of the mask unchanged', () => {
    const cases: [PruningOptions, ReturnType<typeof magnitudeMask>][] = [
      [{ sparsity: 0.8 }, magnitudeMask(a, 0.8)],
      [{ sparsity: 0.5, structure: { blockHeight: 3, blockWidth: -1 } }, blockMask(a, 0.5, { height: 3, width: -1 })],
      [{ structure: { m: 1, n: 4 } }, patternMask(a, { m: 1, n: 4 })],
    ];
    for (const [options, mask] of cases) {
      const compressed = pruned(options).compress(a);
      expect(compressed.factors.mask.data).toEqual(mask.data);
      expect(compressed.decompress().data).toEqual(a.data.map((entry, at) => entry * mask.data[at] + 0));
    }
  });

  it('keeps pruned entries at zero in training', () => {
    const { factors, ...form } = pruned({ sparsity: 0.9 }).compress(a);
    const trained = { ...factors, values: { ...factors.values, data: factors.values.data.map((entry) => entry + 1) } };
    expect(nonzeros(createCompressedMatrix(prunedFormat, { ...form, factors: trained }).decompress())).toBe(256);
  });

  it('stores blocks as one position each', () => {
    const bytes = (structure: Exclude<PruningStructure, SparsityPattern>) =>
      pruned({ sparsity: 0.75, structure }).compress(a).byteLength;
    expect(bytes({ blockHeight: 4, blockWidth: 4 })).toBeLessThanOrEqual(4 * 640 + 20);
    expect(bytes('entries')).toBeGreaterThan(4 * 640 + 200);
  });
});

describe('prunedKMeans', () => {
  it('has the mask of magnitudes and the optimal levels of the kept entries', () => {
    const b = matrix([2, 4], [0.1, -8, 10, 0.2, 12, -0.1, -10, 0]);
    const compressed = prunedKMeans({ sparsity: 0.5, levels: 2 }).compress(b);
    expect([...compressed.decompress().data]).toEqual([0, -9, 11, 0, 11, 0, -9, 0]);
    expect([...compressed.factors.codebook.data]).toEqual([0, -9, 11]);
  });

  it('keeps pruned entries at zero when the whole codebook is trained', () => {
    const { factors, ...form } = prunedKMeans({ sparsity: 0.9, levels: 16 }).compress(a);
    const { codebook } = factors;
    const trained = { ...factors, codebook: { ...codebook, data: codebook.data.map((entry) => entry + 3) } };
    const compressed = createCompressedMatrix(prunedKMeansFormat, { ...form, factors: trained });
    expect(nonzeros(compressed.decompress())).toBe(256);
    const back = prunedKMeansFormat.unpack(compressed.pack());
    expect([...back.codebook.data.subarray(1)]).toEqual([...trained.codebook.data.subarray(1)]);
  });

  it('takes at least 25 times fewer bytes at 90 % with 16 and 32 levels', () => {
    const large = randomMatrix([300, 100]);
    for (const levels of [16, 32]) {
      expect(prunedKMeans({ sparsity: 0.9, levels }).compress(large).compressionRatio).toBeGreaterThan(25);
    }
  });

  it('has at most one level for each kept entry, and can keep no entry', () => {
    const tiny = matrix([1, 3], [1, 2, 3]);
    expect(prunedKMeans({ sparsity: 0.3, levels: 16 }).compress(tiny).config.levels).toBe(2);
    const nothing = prunedKMeans({ sparsity: 0.9 }).compress(tiny);
    expect(nonzeros(nothing.decompress())).toBe(0);
    expect(prunedKMeansFormat.unpack(nothing.pack())).toEqual(nothing.factors);
  });
});

describe('size', () => {
  it.each<[PruningOptions, number]>([
    [{ bytes: 1000 }, 1000],
    [{ ratio: 10 }, 1024],
    [{ bytes: 1500, structure: { blockHeight: 2, blockWidth: 3 } }, 1500],
  ])('is the largest that fits, pruned %o', (options, budget) => {
    const compressed = pruned(options).compress(a);
    const blocks = options.structure === undefined ? 1 : 6;
    expect(compressed.byteLength).toBeLessThanOrEqual(budget);
    // The bound for positions is a few bits a block above their actual size
    expect(compressed.byteLength).toBeGreaterThan(budget - 4 * blocks - 60);
  });

  it.each<[PrunedKMeansOptions, number]>([
    [{ bytes: 400, levels: 8 }, 400],
    [{ ratio: 25 }, 409.6],
  ])('is the largest that fits, coded %o', (options, budget) => {
    const compressed = prunedKMeans(options).compress(a);
    expect(compressed.byteLength).toBeLessThanOrEqual(budget);
    expect(compressed.byteLength).toBeGreaterThan(budget * 0.8);
  });

  it('is refused if it cannot be reached, and the error states the largest ratio', () => {
    expectRefusal(() => pruned({ bytes: 5 }).plan([64, 40]), 'invalid-option');
    expect(() => prunedKMeans({ ratio: 5000 }).plan([64, 40])).toThrow(/largest ratio here is/);
  });
});

describe('options', () => {
  it('are completed by their defaults, and the completed options make an equal compressor', () => {
    const { options } = prunedKMeans({ sparsity: 0.5, structure: { blockHeight: 2, blockWidth: 2 } });
    expect(options).toEqual({
      sparsity: 0.5,
      structure: { blockHeight: 2, blockWidth: 2 },
      seed: 0,
      allowLarger: false,
      levels: 16,
    });
    expect(prunedKMeans(options as unknown as PrunedKMeansOptions).options).toEqual(options);
    expect(pruned({ bytes: 9, ratio: undefined } as unknown as PruningOptions).options).toEqual({
      bytes: 9,
      structure: 'entries',
      seed: 0,
      allowLarger: false,
    });
  });

  it('have a seed that decides between equal magnitudes', () => {
    const ones = matrix([8, 8], new Float32Array(64).fill(1));
    const [first, again, other] = [0, 0, 1].map((seed) => pruned({ sparsity: 0.5, seed }).compress(ones).decompress());
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it.each<[string, unknown, string]>([
    ['none', {}, 'invalid-option'],
    ['two sizes', { sparsity: 0.5, ratio: 2 }, 'invalid-option'],
    ['a sparsity of 1', { sparsity: 1 }, 'invalid-option'],
    ['a ratio of 1', { ratio: 1 }, 'invalid-option'],
    ['half a byte', { bytes: 0.5 }, 'invalid-option'],
    ['a misspelt option', { sparsty: 0.5 }, 'unknown-option'],
    ['no object', 0.5, 'invalid-option'],
    ['another structure', { sparsity: 0.5, structure: 'rows' }, 'invalid-option'],
    ['a block without width', { sparsity: 0.5, structure: { blockHeight: 2 } }, 'invalid-option'],
    ['blocks of m of n', { structure: { m: 2, n: 4, blockHeight: 2 } }, 'unknown-option'],
    ['a size with m of n', { sparsity: 0.5, structure: { m: 2, n: 4 } }, 'invalid-option'],
    ['a negative seed', { sparsity: 0.5, seed: -1 }, 'invalid-option'],
  ])('refuses %s', (_, options, code) => {
    expectRefusal(() => pruned(options as PruningOptions), code);
    expectRefusal(() => prunedKMeans(options as PrunedKMeansOptions), code);
  });

  it.each([0, 1025, 2.5])('refuses %d levels', (levels) => {
    expectRefusal(() => prunedKMeans({ sparsity: 0.5, levels }), 'invalid-option');
  });
});

describe('unpack', () => {
  /** Rows 0 and 2 of three, as blocks of one row. */
  const good: PackedMatrix = {
    format: 'pruning',
    version: 1,
    shape: [3, 2],
    config: { blockHeight: 1, blockWidth: 2 },
    tensors: {
      values: { shape: [4], data: Float32Array.of(1, 2, 0, 4) },
      mask: { shape: [1], data: Uint8Array.of(0b101) },
    },
  };
  const coded: PackedMatrix = {
    ...good,
    format: 'kmeans-pruning',
    config: { ...good.config, levels: 4 },
    tensors: {
      mask: good.tensors.mask,
      codebook: { shape: [3], data: Float32Array.of(5, 6, 7) },
      encoding: { shape: [1], data: Uint8Array.of(0b00_10_01_00) },
    },
  };

  it('puts values at the positions of the mask, and keeps a kept zero', () => {
    const { values, mask } = prunedFormat.unpack(good);
    expect([...values.data]).toEqual([1, 2, 0, 0, 0, 4]);
    expect([...mask.data]).toEqual([1, 1, 0, 0, 1, 1]);
    expect([values.trainable, mask.trainable]).toEqual([true, false]);
  });

  it('gives the codebook its reserved rows', () => {
    const { codebook, kept, encoding } = prunedKMeansFormat.unpack(coded);
    expect([...codebook.data]).toEqual([0, 5, 6, 7, 0]);
    expect([...kept.data]).toEqual([0, 1, 1, 1, 1]);
    expect([...encoding.data]).toEqual([1, 2, 0, 0, 3, 1]);
    expect([codebook.trainable, kept.trainable, encoding.trainable]).toEqual([true, false, false]);
  });

  it.each<[string, Partial<PackedMatrix>, string]>([
    ['a newer version', { version: 3 }, 'unsupported-version'],
    ['no block', { config: { blockHeight: 1 } }, 'file-header'],
    ['a block of 0', { config: { blockHeight: 0, blockWidth: 2 } }, 'file-header'],
    ['a block beyond the matrix', { config: { blockHeight: 4, blockWidth: 2 } }, 'file-header'],
    ['a block as text', { config: { blockHeight: '1', blockWidth: 2 } }, 'file-header'],
    ['a matrix without end', { shape: [2 ** 20, 2 ** 20] }, 'file-oversized'],
    ['no values', { tensors: { mask: good.tensors.mask } }, 'file-tensor'],
    [
      'too few values',
      { tensors: { ...good.tensors, values: { shape: [3], data: new Float32Array(3) } } },
      'file-tensor',
    ],
  ])('refuses %s', (_, change, code) => {
    expectRefusal(() => prunedFormat.unpack({ ...good, ...change }), code);
  });

  const { codebook } = coded.tensors;
  it.each<[string, Partial<PackedMatrix>, string]>([
    ['a newer version', { version: 3 }, 'unsupported-version'],
    ['no levels', { config: good.config }, 'file-header'],
    ['too many levels', { config: { ...coded.config, levels: 1025 } }, 'file-header'],
    ['fewer levels than stored', { config: { ...coded.config, levels: 2 } }, 'file-tensor'],
    [
      'an empty codebook',
      { tensors: { ...coded.tensors, codebook: { shape: [0], data: new Float32Array(0) } } },
      'file-tensor',
    ],
    [
      'a level that is not stored',
      { tensors: { ...coded.tensors, encoding: { shape: [1], data: Uint8Array.of(3) } } },
      'file-tensor',
    ],
    [
      'too few codes',
      { tensors: { ...coded.tensors, encoding: { shape: [0], data: new Uint8Array(0) } } },
      'file-tensor',
    ],
    ['no positions', { tensors: { codebook, encoding: coded.tensors.encoding } }, 'file-tensor'],
  ])('refuses %s with a codebook', (_, change, code) => {
    expectRefusal(() => prunedKMeansFormat.unpack({ ...coded, ...change }), code);
  });
});

it('single entries give the nearest matrix with this number of nonzeros', () => {
  const structures: PruningOptions[] = [
    { sparsity: 0.5 },
    { structure: { m: 2, n: 4 } },
    { sparsity: 0.5, structure: { blockHeight: 4, blockWidth: 4 } },
  ];
  const errors = structures.map((options) => relativeError(a, pruned(options).compress(a).decompress()));
  expect(errors).toEqual([...errors].sort());
});

// Checked by the compiler alone
export const typed = [
  () => pruned({ ratio: 4, seed: 1, structure: { blockHeight: 1, blockWidth: 4 } }),
  () => prunedKMeans({ structure: { m: 2, n: 4 }, levels: 8 }),
  // @ts-expect-error no size
  () => pruned({}),
  // @ts-expect-error two sizes
  () => prunedKMeans({ sparsity: 0.5, ratio: 4 }),
  // @ts-expect-error a size with m of n
  () => pruned({ sparsity: 0.5, structure: { m: 2, n: 4 } }),
];

it.each<[PruningOptions]>([[{ sparsity: 0 }], [{ sparsity: 0.02 }], [{ structure: { m: 4, n: 4 } }]])(
  'a stored form that is not smaller is refused unless allowed: %o',
  (options) => {
    expectRefusal(() => pruned(options).plan([64, 40]), 'not-smaller');
    expect(pruned({ ...options, allowLarger: true }).plan([64, 40]).byteLength).toBeGreaterThanOrEqual(10_240);
  },
);

it('the stored form is larger than the matrix only if allowLarger is set', () => {
  expect(pruned({ bytes: 99_999 }).plan([64, 40]).byteLength).toBeLessThan(10_240);
  expect(pruned({ bytes: 99_999, allowLarger: true }).plan([64, 40]).byteLength).toBeGreaterThan(10_240);
});
