// Options of `dictLearn`: sizes, plans, settings and refusals.
import { isGCompressError, type Shape2D } from '@gcompress/core';
import { goldenMatrix } from '@gcompress/fixtures';
import { normalMatrix } from '@gcompress/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DictLearnOptions, dictLearn } from '../src/index.ts';

const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));

const planned = (options: DictLearnOptions, shape: Shape2D) => {
  const { factors, config } = dictLearn(options).plan(shape);
  return { codes: factors.codes.shape, atoms: factors.atoms.shape, ...config };
};

describe('sizes', () => {
  it('atoms and nonzeros fix the sizes, for whole rows and pieces of rows', () => {
    expect(planned({ atoms: 12, nonzeros: 3 }, [24, 16])).toEqual({
      codes: [24, 12],
      atoms: [12, 16],
      signalLength: 16,
      nonzeros: 3,
      valueBits: 32,
      masked: true,
    });
    expect(planned({ atoms: 12, nonzeros: 3, signalLength: 5, valueBits: 8 }, [24, 16])).toEqual({
      codes: [96, 3],
      atoms: [12, 5],
      signalLength: 5,
      nonzeros: 3,
      valueBits: 8,
      masked: false,
    });
  });

  it('signals are cut to a row, and nonzeros to the length of a signal', () => {
    expect(planned({ atoms: 12, nonzeros: 10, signalLength: 64, allowLarger: true }, [24, 6])).toMatchObject({
      atoms: [12, 6],
      signalLength: 6,
      nonzeros: 6,
    });
  });

  it.each<[DictLearnOptions, Shape2D]>([
    [{ ratio: 2 }, [100, 60]],
    [{ ratio: 4 }, [300, 100]],
    [{ ratio: 10.5 }, [300, 100]],
    [{ ratio: 4, signalLength: 20 }, [300, 100]],
    [{ ratio: 3, valueBits: 32 }, [300, 100]],
    [{ bytes: 20_000 }, [300, 100]],
    [{ ratio: 5 }, [400, 1]],
    [{ ratio: 2 }, [1, 400]],
  ])('%j keeps its size for a matrix %j', (options, shape) => {
    const original = normalMatrix(shape, 9);
    const { byteLength } = dictLearn({ ...options, iterations: 0 }).compress(original);
    const most = options.bytes ?? (4 * shape[0] * shape[1]) / (options.ratio ?? 1);
    expect(byteLength).toBeLessThanOrEqual(most);
    expect(byteLength).toBeGreaterThan(most / 2);
    expect(planned(options, shape)).toMatchObject({
      signalLength: options.signalLength ?? expect.any(Number),
      valueBits: options.valueBits ?? expect.any(Number),
    });
  });

  it('a result that is larger than the matrix has a warning', () => {
    const compressed = dictLearn({ percent: 200, allowLarger: true }).compress(goldenMatrix('normal-24x16'));
    expect(compressed.byteLength).toBeGreaterThan(24 * 16 * 4);
    expect(compressed.warnings).toEqual([
      `dictlearn: ${compressed.byteLength} bytes are not fewer than the 1536 of the dense matrix [24, 16].`,
    ]);
  });
});

it('a percent whose codes are larger than the matrix is refused before any work', () => {
  const compressor = dictLearn({ percent: 200 });
  expect(() => compressor.plan([2304, 384])).toThrow(code('not-smaller'));
  expect(() => compressor.compress(normalMatrix([2304, 384], 1))).toThrow(code('not-smaller'));
});

it('without allowLarger every plan is smaller than the matrix, and no result takes more bytes than its plan', () => {
  const sizes = fc.record({
    shape: fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })),
    atoms: fc.integer({ min: 1, max: 8 }),
    valueBits: fc.constantFrom(4, 32),
  });
  fc.assert(
    fc.property(sizes, ({ shape, atoms, valueBits }) => {
      const options = { atoms, nonzeros: Math.ceil(atoms / 2), valueBits, iterations: 0 };
      const dense = 4 * shape[0] * shape[1];
      const { byteLength } = dictLearn({ ...options, allowLarger: true }).plan(shape);
      const compressed = dictLearn({ ...options, allowLarger: true }).compress(normalMatrix(shape, atoms));
      expect(compressed.byteLength).toBeLessThanOrEqual(byteLength);
      if (byteLength >= dense) expect(() => dictLearn(options).plan(shape)).toThrow(code('not-smaller'));
      else expect(dictLearn(options).plan(shape).byteLength).toBe(byteLength);
    }),
    { numRuns: 60 },
  );
});

describe('settings', () => {
  it('are completed by their defaults in the options of the compressor', () => {
    expect(dictLearn({ ratio: 4 }).options).toEqual({
      ratio: 4,
      iterations: 8,
      tolerance: 0.001,
      seed: 0,
      allowLarger: false,
    });
    const all = {
      atoms: 9,
      nonzeros: 2,
      signalLength: 4,
      valueBits: 6,
      iterations: 3,
      tolerance: 0.01,
      seed: 5,
      allowLarger: true,
    };
    expect(dictLearn(all).options).toEqual(all);
  });

  it('with another seed start from other atoms', () => {
    const original = normalMatrix([40, 10], 2);
    const atoms = (seed?: number) =>
      dictLearn({ atoms: 8, nonzeros: 2, ...(seed === undefined ? {} : { seed }) }).compress(original).factors.atoms
        .data;
    expect(atoms(0)).toEqual(atoms());
    expect(atoms(1)).not.toEqual(atoms());
  });

  it('allow progress to reach 1 and a signal to end the work between iterations', () => {
    const original = normalMatrix([60, 10], 2);
    const seen: number[] = [];
    dictLearn({ atoms: 8, nonzeros: 2 }).compress(original, { onProgress: (done) => seen.push(done) });
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.at(-1)).toBe(1);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    const controller = new AbortController();
    const stopping = { signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) };
    expect(() => dictLearn({ atoms: 8, nonzeros: 2 }).compress(original, stopping)).toThrow('enough');
  });
});

describe('dictLearn refuses', () => {
  it.each<[object, string, string]>([
    [
      { atoms: 0, nonzeros: 1 },
      'invalid-option',
      'dictLearn atoms: expected an integer of at least 1 and at most 65536, got 0',
    ],
    [{ atoms: 1e6, nonzeros: 1 }, 'invalid-option', 'dictLearn atoms'],
    [{ atoms: 2.5, nonzeros: 1 }, 'invalid-option', 'dictLearn atoms'],
    [
      { atoms: 4 },
      'invalid-option',
      'dictLearn nonzeros: expected an integer of at least 1 and at most 4, got undefined',
    ],
    [
      { atoms: 4, nonzeros: 5 },
      'invalid-option',
      'dictLearn nonzeros: expected an integer of at least 1 and at most 4, got 5',
    ],
    [{ atoms: 4, nonzeros: 0 }, 'invalid-option', 'dictLearn nonzeros'],
    [{ nonzeros: 4 }, 'invalid-option', 'expected exactly one of atoms, ratio, bytes, percent, got none'],
    [{ ratio: 4, nonzeros: 4 }, 'invalid-option', 'dictLearn nonzeros: expected no nonzeros with ratio, got 4'],
    [{ ratio: 1 }, 'invalid-option', 'dictLearn ratio: expected a number above 1, got 1'],
    [{ ratio: Number.POSITIVE_INFINITY }, 'invalid-option', 'dictLearn ratio'],
    [{ bytes: 10.5 }, 'invalid-option', 'dictLearn bytes: expected an integer of at least 1, got 10.5'],
    [{ percent: 0 }, 'invalid-option', 'dictLearn percent: expected a number above 0, got 0'],
    [{ percent: '200' }, 'invalid-option', "dictLearn percent: expected a number above 0, got '200'"],
    [{ ratio: 4, signalLength: 0 }, 'invalid-option', 'dictLearn signalLength'],
    [
      { ratio: 4, valueBits: 1 },
      'invalid-option',
      'dictLearn valueBits: expected an integer of at least 2 and at most 16',
    ],
    [{ ratio: 4, valueBits: 24 }, 'invalid-option', 'dictLearn valueBits'],
    [{ ratio: 4, iterations: -1 }, 'invalid-option', 'dictLearn iterations: expected an integer of at least 0, got -1'],
    [{ ratio: 4, iterations: 1.5 }, 'invalid-option', 'dictLearn iterations'],
    [{ ratio: 4, tolerance: 2 }, 'invalid-option', 'dictLearn tolerance'],
    [{ ratio: 4, seed: 1.5 }, 'invalid-option', 'dictLearn seed'],
    [{ ratio: 4, seed: 2 ** 32 }, 'invalid-option', 'dictLearn seed'],
    [{ ratio: 4, allowLarger: 'yes' }, 'invalid-option', 'dictLearn allowLarger'],
    [{ ratio: 4, bytes: 100 }, 'invalid-option', 'got ratio and bytes'],
    [{ ratio: 4, sparsity: 2 }, 'unknown-option', "got 'sparsity'"],
  ])('%j', (options, expected, message) => {
    expect(() => dictLearn(options as DictLearnOptions)).toThrow(code(expected));
    expect(() => dictLearn(options as DictLearnOptions)).toThrow(message);
  });

  it.each<[DictLearnOptions, Shape2D, string, string]>([
    [
      { ratio: 40 },
      [24, 16],
      'invalid-option',
      'dictLearn ratio: expected at most 27.42 for a matrix [24, 16], got 40.',
    ],
    [{ bytes: 1 }, [1, 1], 'invalid-option', 'dictLearn bytes: expected at least 6 for a matrix [1, 1], got 1.'],
    [
      { percent: 200 },
      [2304, 384],
      'not-smaller',
      'dictLearn: expected fewer than the 3538944 bytes of a matrix [2304, 384]',
    ],
    [{ atoms: 12, nonzeros: 6 }, [24, 6], 'not-smaller', 'set allowLarger'],
    [{ percent: 100 }, [70_000, 4], 'invalid-option', 'dictLearn percent: expected at most 65536 atoms, got 70001'],
    [{ atoms: 60_000, nonzeros: 60_000, allowLarger: true }, [40_000, 70_000], 'file-oversized', 'dictlearn codes'],
  ])('%j for a matrix %j', (options, shape, expected, message) => {
    expect(() => dictLearn(options).plan(shape)).toThrow(code(expected));
    expect(() => dictLearn(options).plan(shape)).toThrow(message);
  });
});

it('dictLearn refuses no size, several sizes and settings alone, in the types too', () => {
  // @ts-expect-error no size
  expect(() => dictLearn({})).toThrow('exactly one of');
  // @ts-expect-error two sizes
  expect(() => dictLearn({ ratio: 2, bytes: 100 })).toThrow('exactly one of');
  // @ts-expect-error settings are not enough
  expect(() => dictLearn({ seed: 1 })).toThrow('exactly one of');
  // @ts-expect-error atoms without nonzeros
  expect(() => dictLearn({ atoms: 4 })).toThrow('nonzeros');
  // @ts-expect-error nonzeros with another size
  expect(() => dictLearn({ ratio: 4, nonzeros: 2 })).toThrow('nonzeros');
});
