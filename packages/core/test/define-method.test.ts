import { describe, expect, it } from 'vitest';
import {
  type CompressedFormat,
  defineMethod,
  type Factor,
  type FactorSpec,
  floatFactor,
  fromRows,
  indexFactor,
  isGCompressError,
  type MethodDefinition,
  matrix,
  type Shape2D,
} from '../src/index.ts';

const code = (expected: string) => expect.toSatisfy((error) => isGCompressError(error, expected));

type Key = 'scale' | 'ones';

/** Every entry is the same number: a column of it times a row of ones. */
const format: CompressedFormat<Key> = {
  id: 'acme/constant',
  version: 1,
  product: ['scale', 'ones'],
  reconstruct: (ops, { scale, ones }) => ops.matMul(scale, ones),
  pack: ({ factors }) => ({ scale: { shape: factors.scale.shape, data: factors.scale.data } }),
  unpack: () => {
    throw new Error('not needed here');
  },
};

interface Options {
  readonly round?: boolean;
}

type Made = MethodDefinition<Options, Key, Record<Key, Factor>>;

const definition: Made = {
  name: 'acme/constant',
  format,
  create: ({ round = false }) => ({
    options: { round },
    plan: (shape) => ({ factors: specs(shape), config: { round } }),
    factorize: ({ shape: [rows, cols], data }) => {
      const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
      return {
        scale: floatFactor([rows, 1], new Float32Array(rows).fill(round ? Math.round(mean) : mean)),
        ones: floatFactor([1, cols], new Float32Array(cols).fill(1), false),
      };
    },
  }),
};

function specs([rows, cols]: Shape2D): Record<Key, FactorSpec> {
  return {
    scale: { shape: [rows, 1], dtype: 'float32', trainable: true },
    ones: { shape: [1, cols], dtype: 'float32', trainable: false },
  };
}

/** The method, with other factors than it plans. */
function returning(change: (factors: Record<Key, Factor>) => Record<string, Factor>) {
  return defineMethod<Options, Key>({
    ...definition,
    create(options) {
      const algorithm = definition.create(options);
      return {
        ...algorithm,
        factorize: (input, more) => change(algorithm.factorize(input, more)) as Record<Key, Factor>,
      };
    },
  });
}

const a = fromRows([
  [1, 2, 3],
  [1.5, 2.5, 2.6],
]);

describe('a method', () => {
  const constant = defineMethod(definition);

  it('carries what identifies it', () => {
    expect(constant.method).toBe('acme/constant');
    expect(constant.format).toBe(format);
  });

  it('makes compressors whose options are complete', () => {
    const compressor = constant({});
    expect(compressor.method).toBe('acme/constant');
    expect(compressor.format).toBe(format);
    expect(compressor.options).toEqual({ round: false });
    expect(constant(compressor.options).options).toEqual(compressor.options);
  });

  it('gives the compressor for a step when its algorithm changes with the steps', () => {
    expect(constant({}).atStep).toBeUndefined();
    const growing = defineMethod<Options, Key>({
      ...definition,
      create: (options) => ({
        ...definition.create(options),
        atStep: (step) => definition.create({ round: step >= 10 }),
      }),
    });
    const [before, after] = [9, 10].map((step) => growing({}).atStep?.(step));
    expect([before?.options, after?.options]).toEqual([{ round: false }, { round: true }]);
    expect(after?.plan([2, 3])).toEqual(constant({ round: true }).plan([2, 3]));
    expect(after?.compress(a)).toMatchObject({ factors: constant({ round: true }).compress(a).factors });
  });

  it('plans without running', () => {
    expect(constant({ round: true }).plan([2, 3])).toEqual({
      shape: [2, 3],
      factors: specs([2, 3]),
      config: { round: true },
      byteLength: 8,
    });
  });

  it('compresses to factors with behaviour, and leaves the matrix as it was', () => {
    const before = a.data.slice();
    const compressed = constant({ round: true }).compress(a);
    expect(compressed.shape).toEqual([2, 3]);
    expect(compressed.config).toEqual({ round: true });
    expect(compressed.decompress()).toEqual(matrix([2, 3], [2, 2, 2, 2, 2, 2]));
    expect(compressed.byteLength).toBe(8);
    expect(a.data).toEqual(before);
  });

  it('has an empty config when its plan gives none', () => {
    const plain = defineMethod({
      ...definition,
      create: (options: Options) => ({ ...definition.create(options), plan: (shape) => ({ factors: specs(shape) }) }),
    });
    expect(plain({}).plan([1, 1]).config).toEqual({});
    expect(plain({}).compress(a).config).toEqual({});
  });
});

describe('a warning of a method', () => {
  const saying = defineMethod<Options, Key>({
    ...definition,
    create(options) {
      const algorithm = definition.create(options);
      return {
        ...algorithm,
        factorize(input, more) {
          more.warn('acme/constant: the mean only.');
          return algorithm.factorize(input, more);
        },
      };
    },
  });

  it('stands in its notes and, before its size, in its warnings', () => {
    const compressor = saying({});
    const small = compressor.compress(a);
    expect(small.notes).toEqual(['acme/constant: the mean only.']);
    expect(small.warnings.at(0)).toBe('acme/constant: the mean only.');
    const large = compressor.compress(matrix([1, 1], [2]));
    expect(large.warnings).toEqual(['acme/constant: the mean only.', expect.stringContaining('4 bytes are not fewer')]);
    // Each result has its own
    expect(compressor.compress(a).notes).toHaveLength(1);
    expect(defineMethod(definition)({}).compress(a).notes).toEqual([]);
  });
});

describe('a result that float32 cannot hold', () => {
  const timesThree = (name: Key) =>
    returning((factors) => ({
      ...factors,
      [name]: { ...factors[name], data: factors[name].data.map((entry) => entry * 3) },
    }));
  const huge = matrix([2, 2], [2e38, 2e38, 2e38, 2e38]);

  it('is refused with the name of the factor', () => {
    expect(() => timesThree('scale')({}).compress(huge)).toThrow(code('non-finite'));
    expect(() => timesThree('scale')({}).compress(huge)).toThrow(
      "acme/constant factor 'scale': expected finite numbers, got Infinity at position 0. The method overflowed",
    );
  });

  it('is refused with its row and column when the factors are finite', () => {
    expect(() => timesThree('ones')({}).compress(huge)).toThrow(
      'acme/constant: expected an approximation within float32, got Infinity at row 0, column 0.',
    );
    const negative = matrix(
      huge.shape,
      huge.data.map((entry) => -entry),
    );
    expect(() => timesThree('ones')({}).compress(negative)).toThrow('got -Infinity at row 0, column 0.');
  });

  it('is accepted when it is large but finite', () => {
    const { decompress } = timesThree('ones')({}).compress(matrix([2, 2], [1e38, 1e38, 1e38, 1e38]));
    expect(Math.max(...decompress().data)).toBeCloseTo(3e38, -33);
  });
});

describe('an asynchronous method', () => {
  const later = defineMethod<Options, Key>({
    ...definition,
    create(options) {
      const algorithm = definition.create(options);
      return { ...algorithm, factorize: async (input, more) => algorithm.factorize(input, more) };
    },
  });

  it('gives a promise of the same matrix', async () => {
    const compressed = later({}).compress(a);
    expect(compressed).toBeInstanceOf(Promise);
    expect((await compressed).decompress()).toEqual(defineMethod(definition)({}).compress(a).decompress());
  });

  it('has its factors checked', async () => {
    const broken = defineMethod<Options, Key>({
      ...definition,
      create: (options) => ({
        ...definition.create(options),
        factorize: async () => ({ scale: floatFactor([9, 1], new Float32Array(9)) }) as Record<Key, Factor>,
      }),
    });
    await expect(broken({}).compress(a)).rejects.toThrow(code('contract'));
  });
});

describe('an argument of a compressor', () => {
  const constant = defineMethod(definition);

  it.each([[[0, 3]], [[2, 1.5]], [[-1, 2]], [[2]], [[2, 3, 4]]])('refuses to plan the shape %j', (shape) => {
    expect(() => constant({}).plan(shape as unknown as Shape2D)).toThrow(code('invalid-matrix'));
  });

  it('refuses an invalid or non-finite matrix and names the method', () => {
    const compressor = constant({});
    expect(() => compressor.compress({ shape: [2, 2], data: new Float32Array(3) })).toThrow(code('invalid-matrix'));
    expect(() => compressor.compress(matrix([1, 2], [1, Number.NaN]))).toThrow(code('non-finite'));
    expect(() => compressor.compress(matrix([1, 2], [1, Number.NaN]))).toThrow(/^acme\/constant: .* row 0, column 1/);
  });

  it('throws the reason of a signal that is aborted already', () => {
    const signal = AbortSignal.abort(new Error('stopped by the user'));
    expect(() => constant({}).compress(a, { signal })).toThrow('stopped by the user');
  });

  it('refuses importance where it is not used', () => {
    expect(() => constant({}).compress(a, { importance: a })).toThrow(code('unsupported'));
  });

  describe('importance', () => {
    const seen: unknown[] = [];
    const weighted = defineMethod({
      ...definition,
      accepts: ['importance'],
      create(options: Options) {
        const algorithm = definition.create(options);
        return {
          ...algorithm,
          factorize(input, more) {
            seen.push(more.importance);
            return algorithm.factorize(input, more);
          },
        };
      },
    });

    it('is named by the method and its compressors', () => {
      expect(weighted.accepts).toEqual(['importance']);
      expect(weighted({}).accepts).toEqual(['importance']);
    });

    it('reaches the algorithm', () => {
      const importance = matrix([2, 3], [0, 1, 0, 0, 0, 2]);
      weighted({}).compress(a, { importance });
      expect(seen).toEqual([importance]);
    });

    it.each([
      ['another shape', matrix([3, 2], new Float32Array(6).fill(1)), 'shape-mismatch'],
      ['NaN', matrix([2, 3], new Float32Array(6).fill(Number.NaN)), 'non-finite'],
      ['a negative weight', matrix([2, 3], [1, 1, 1, 1, 1, -1]), 'invalid-option'],
      ['zeros only', matrix([2, 3], new Float32Array(6)), 'invalid-option'],
      ['no matrix', { shape: [2, 3] as const, data: new Float32Array(5) }, 'invalid-matrix'],
    ])('is refused with %s', (_, importance, expected) => {
      expect(() => weighted({}).compress(a, { importance })).toThrow(code(expected));
    });
  });
});

describe('input moments', () => {
  const seen: unknown[] = [];
  const aware = defineMethod({
    ...definition,
    accepts: ['inputMoments'],
    create(options: Options) {
      const algorithm = definition.create(options);
      return {
        ...algorithm,
        factorize(input, more) {
          seen.push(more.inputMoments);
          return algorithm.factorize(input, more);
        },
      };
    },
  });
  const moments = { size: 2, count: 4, values: Float64Array.of(2, 1, 1, 3) };

  it('reach an algorithm that uses them', () => {
    aware({}).compress(a, { inputMoments: moments });
    expect(seen).toEqual([moments]);
  });

  it('are refused where they are not used', () => {
    expect(() => defineMethod(definition)({}).compress(a, { inputMoments: moments })).toThrow(code('unsupported'));
  });

  it.each([
    ['of another size', { ...moments, size: 3, values: new Float64Array(9).fill(1) }, 'shape-mismatch'],
    ['with too few values', { ...moments, values: Float64Array.of(1) }, 'invalid-option'],
    ['in float32', { ...moments, values: Float32Array.of(2, 1, 1, 3) }, 'invalid-option'],
    ['with NaN', { ...moments, values: Float64Array.of(2, Number.NaN, 1, 3) }, 'non-finite'],
    ['with a negative square', { ...moments, values: Float64Array.of(2, 1, 1, -3) }, 'invalid-option'],
    ['that are not symmetric', { ...moments, values: Float64Array.of(2, 1, 0, 3) }, 'invalid-option'],
    ['of zeros', { ...moments, values: new Float64Array(4) }, 'invalid-option'],
    ['of no inputs', { ...moments, count: 0 }, 'invalid-option'],
    ['with an unknown member', { ...moments, mean: 0 }, 'unknown-option'],
    ['that are no object', 5, 'invalid-option'],
  ])('%s are refused', (_, inputMoments, expected) => {
    expect(() => aware({}).compress(a, { inputMoments: inputMoments as never })).toThrow(code(expected));
  });
});

describe('a budget', () => {
  const sized = defineMethod({ ...definition, optionsForBudget: () => ({}) });

  it('gives a compressor whose plan keeps to it', () => {
    const least = sized({}).plan([2, 3]).byteLength;
    expect(sized.forBudget?.([2, 3], { bytes: least })?.plan([2, 3]).byteLength).toBe(least);
    expect(sized.forBudget?.([2, 3], { bytes: least - 1 })).toBeUndefined();
  });

  it('of an invalid ratio, or for an empty shape, is refused', () => {
    expect(() => sized.forBudget?.([2, 3], { ratio: 0.5 })).toThrow(code('invalid-option'));
    expect(() => sized.forBudget?.([0, 3], { bytes: 4 })).toThrow(code('invalid-matrix'));
  });

  it('is not offered by a method that has no sizes', () => {
    expect(defineMethod(definition).forBudget).toBeUndefined();
  });
});

describe('a result of an algorithm', () => {
  it('may be smaller than planned', () => {
    const shorter = returning((factors) => ({ ...factors, ones: floatFactor([1, 2], Float32Array.of(1, 1), false) }));
    expect(shorter({}).compress(a)).toMatchObject({ shape: [2, 3], factors: { ones: { shape: [1, 2] } } });
  });

  it.each<[string, (factors: Record<Key, Factor>) => Record<string, Factor>]>([
    ['a factor is missing', ({ scale }) => ({ scale })],
    ['a factor is not planned', (factors) => ({ ...factors, extra: factors.ones })],
    ['a side is longer', (factors) => ({ ...factors, ones: floatFactor([1, 4], new Float32Array(4), false) })],
    ['an axis is missing', (factors) => ({ ...factors, ones: floatFactor([3], new Float32Array(3), false) })],
    ['the dtype is another', (factors) => ({ ...factors, ones: indexFactor([1, 3], new Int32Array(3)) })],
    ['the role is another', (factors) => ({ ...factors, ones: { ...factors.ones, trainable: true } })],
    ['the data is too short', (factors) => ({ ...factors, ones: { ...factors.ones, data: new Float32Array(2) } })],
    ['the data has another type', (factors) => ({ ...factors, ones: { ...factors.ones, data: new Int32Array(3) } })],
  ])('is refused when %s', (_, change) => {
    expect(() => returning(change)({}).compress(a)).toThrow(code('contract'));
    expect(() => returning(change)({}).compress(a)).toThrow(
      /^acme\/constant: expected factors scale trainable float32 \[2, 1\], ones float32 \[1, 3\], got scale/,
    );
  });
});
