import { describe, expect, it } from 'vitest';
import {
  createFormatRegistry,
  defineMethod,
  deserialize,
  type Factor,
  floatFactor,
  type Matrix,
  type MatrixForm,
  matrix,
  type PackedMatrix,
  relativeError,
  type SyncMatrixCompressor,
  serialize,
  stack,
  stackFormats,
} from '../src/index.ts';

/** Keeps the matrix as it is, under the name `whole`. */
const plain = defineMethod<{ readonly scale?: number }, 'whole'>({
  name: 'test/plain',
  format: {
    id: 'test/plain',
    version: 1,
    reconstruct: (_ops, { whole }) => whole,
    pack: ({ factors }) => ({ whole: { shape: factors.whole.shape, data: factors.whole.data } }),
    unpack: ({ shape, tensors }) => ({ whole: floatFactor(shape, Float32Array.from(tensors.whole.data)) }),
  },
  create: (options) => ({
    options: { ...options },
    plan: (shape) => ({ factors: { whole: { shape, dtype: 'float32', trainable: true } } }),
    factorize: ({ shape, data }) => ({
      whole: floatFactor(
        shape,
        data.map((value) => value * (options.scale ?? 1)),
      ),
    }),
  }),
});

/** The matrix as a product of its first column and a row of ones. */
const firstColumn = defineMethod<object, 'column' | 'row'>({
  name: 'test/first-column',
  format: {
    id: 'test/first-column',
    version: 3,
    reconstruct: (ops, { column, row }) => ops.matMul(column, row),
    multiply: (ops, x, { column, row }) => ops.matMul(ops.matMul(x, column), row),
    lookup: (ops, ids, { column, row }) => ops.matMul(ops.gather(column, ids), row),
    pack: ({ factors: { column, row } }) => ({ column, row }),
    unpack({ shape, tensors: { column, row } }) {
      if (column.shape[0] !== shape[0] || row.shape[1] !== shape[1]) throw new Error('factors do not fit');
      return { column: { ...column, ...trained } as Factor, row: { ...row, ...trained } as Factor };
    },
  },
  create: () => ({
    options: {},
    plan: ([rows, cols]) => ({
      factors: { column: { shape: [rows, 1], ...trained }, row: { shape: [1, cols], ...trained } },
    }),
    factorize: ({ shape: [rows, cols], data }) => ({
      column: floatFactor(
        [rows, 1],
        Float32Array.from({ length: rows }, (_, i) => data[i * cols]),
      ),
      row: floatFactor([1, cols], new Float32Array(cols).fill(1)),
    }),
  }),
});

const trained = { dtype: 'float32', trainable: true } as const;
const both = stack(firstColumn, { column: plain, row: plain });
const options = { outer: {}, inner: { column: { scale: 2 }, row: {} } };
const weights: Matrix = matrix([3, 2], [1, 2, 3, 4, 5, 6]);

describe('stack', () => {
  it('applies the inner methods to the factors of the outer one', async () => {
    const compressed = await both(options).compress(weights);
    expect(Object.keys(compressed.factors)).toEqual(['column.whole', 'row.whole']);
    expect([...compressed.decompress().data]).toEqual([2, 2, 6, 6, 10, 10]);
    expect([...compressed.matMul(matrix([1, 3], [1, 1, 1])).data]).toEqual([18, 18]);
    expect([...compressed.lookup([2, 0]).data]).toEqual([10, 10, 2, 2]);
    expect(compressed.byteLength).toBe(5 * 4);
  });

  it('says what it is made of, and can be made again from its options', async () => {
    expect(both.method).toBe('test/first-column(column: test/plain, row: test/plain)');
    const compressor = both(options);
    const again = both(JSON.parse(JSON.stringify(compressor.options)));
    const [first, second] = [await compressor.compress(weights), await again.compress(weights)];
    expect(relativeError(first.decompress(), second.decompress())).toBe(0);
    expect(compressor.plan(weights.shape).config).toEqual(first.config);
  });

  it('comes back from a file, and refuses one whose parts do not fit', async () => {
    const formats = createFormatRegistry([both]);
    const compressed = await both(options).compress(weights);
    const { w } = await deserialize(serialize({ w: compressed }), formats);
    expect([...w.decompress().data]).toEqual([...compressed.decompress().data]);
    const packed = compressed.pack();
    const inner = packed.config.inner as Record<string, object>;
    const wrong = { ...packed.config, inner: { ...inner, row: { ...inner.row, shape: [1, 3] } } };
    const tensors = { ...packed.tensors, 'row.whole': { shape: [1, 3], data: new Float32Array(3) } };
    expect(() => both.format.unpack({ ...packed, config: wrong, tensors })).toThrow('factors do not fit');
    expect(() => both.format.unpack({ ...packed, config: {} })).toThrow(/an object for inner, got nothing/);
    expect(() => both.format.unpack({ ...packed, version: 2 })).toThrow(/version 1 to 1, got 2/);
  });

  it('refuses more values in its parts than the limit, before it unpacks one', async () => {
    const unpacked: string[] = [];
    const watched = (name: string) => ({
      ...plain.format,
      unpack: (packed: PackedMatrix) => {
        unpacked.push(name);
        return plain.format.unpack(packed);
      },
    });
    const format = stackFormats(firstColumn.format, { column: watched('column'), row: watched('row') });
    const packed = (await both(options).compress(weights)).pack();
    expect(() => format.unpack(packed, { maxElements: 4 })).toThrow(
      expect.objectContaining({ code: 'file-oversized' }),
    );
    expect(unpacked).toEqual([]);
    const inner = packed.config.inner as Record<string, object>;
    for (const shape of [
      [2 ** 14, 2 ** 14],
      [2 ** 26, 2 ** 26],
    ]) {
      const config = { ...packed.config, inner: { ...inner, row: { ...inner.row, shape } } };
      expect(() => format.unpack({ ...packed, config })).toThrow(expect.objectContaining({ code: 'file-oversized' }));
    }
    expect(unpacked).toEqual([]);
    expect(Object.keys(format.unpack(packed, { maxElements: 5 }))).toEqual(['column.whole', 'row.whole']);
  });

  it('leaves factors without a method as they are, and stores them as the outer format does', async () => {
    const half = stack(firstColumn, { column: plain });
    const compressed = await half({ outer: {}, inner: { column: { scale: 2 } } }).compress(weights);
    expect(Object.keys(compressed.factors)).toEqual(['row', 'column.whole']);
    expect([...compressed.decompress().data]).toEqual([2, 2, 6, 6, 10, 10]);
    expect(Object.keys(compressed.pack().tensors)).toEqual(['row', 'column.whole']);
    const { w } = await deserialize(serialize({ w: compressed }), createFormatRegistry([half]));
    expect(w.factors).toEqual(compressed.factors);
  });

  it('refuses an empty set of methods, names of no factor, unknown names and unknown options', () => {
    expect(() => stack(firstColumn, {})).toThrow(/at least one factor, got none/);
    const wrong = stack(firstColumn, { column: plain, diagonal: plain });
    const given = { outer: {}, inner: { column: {}, diagonal: {} } };
    expect(() => wrong(given).plan([3, 2])).toThrow(/column, row, got diagonal. The factors of .* are column, row/);
    expect(() => both({ ...options, extra: 1 } as never)).toThrow(/'extra'/);
    expect(() => both({ outer: {}, inner: { columns: {} } } as never)).toThrow(/'columns'/);
  });

  it('is a method like any other', () => {
    const compressor: Pick<SyncMatrixCompressor, 'plan'> = both(options);
    expect(Object.keys(compressor.plan([4, 4]).factors)).toEqual(['column.whole', 'row.whole']);
  });
});

it('asks the outer format whether multiplying pays, with its own form', () => {
  const outer = { ...firstColumn.format, multiplyPays: ({ config }: MatrixForm) => config.pays === true };
  const stacked = stackFormats(outer, { column: plain.format, row: plain.format });
  const asked = (pays: boolean) =>
    stacked.multiplyPays?.({ shape: [2, 3], config: { outer: { version: 1, config: { pays } }, inner: {} } });
  expect([asked(true), asked(false)]).toEqual([true, false]);
  expect(stackFormats(plain.format, { whole: plain.format }).multiplyPays).toBeUndefined();
});

it('passes on the notes of its parts, with the name of the factor', async () => {
  const saying = (text: string): typeof plain =>
    defineMethod<{ readonly scale?: number }, 'whole'>({
      name: 'test/saying',
      format: plain.format,
      create: (options) => ({
        options: { ...options },
        plan: (shape) => ({ factors: { whole: { shape, dtype: 'float32', trainable: true } } }),
        factorize({ shape, data }, { warn }) {
          warn(text);
          return { whole: floatFactor(shape, data.slice()) };
        },
      }),
    });
  const stacked = stack(saying('outer.'), { whole: saying('inner.') })({ outer: {}, inner: { whole: {} } });
  const { notes } = await stacked.compress(matrix([2, 2], [1, 2, 3, 4]));
  expect(notes).toEqual(['outer.', 'whole: inner.']);
});

describe('what a stack forwards', () => {
  const growing = defineMethod<object, 'whole'>({
    name: 'test/growing',
    format: {
      ...plain.format,
      product: ['whole'],
      remaining: (ops, matrix, { whole }) => ops.mul(matrix, whole),
      trim: ({ factors, ...form }) => ({ ...form, factors, config: { trimmed: true } }),
    },
    create: () => {
      const at = (step: number) => ({
        options: { step },
        plan: (shape: readonly [number, number]) => ({ factors: { whole: { shape, ...trained } } }),
        factorize: ({ shape, data }: Matrix) => ({
          whole: floatFactor(
            shape,
            data.map((value) => value * step),
          ),
        }),
      });
      return { ...at(9), atStep: at };
    },
  });

  it('uses at a step what its parts use at that step', async () => {
    for (const stacked of [
      stack(growing, { whole: plain })({ outer: {}, inner: { whole: {} } }),
      stack(plain, { whole: growing })({ outer: {}, inner: { whole: {} } }),
    ]) {
      const early = stacked.atStep?.(2);
      expect(early?.options).not.toEqual(stacked.options);
      expect(early?.plan([3, 2])).toEqual(stacked.plan([3, 2]));
      const compressed = await early?.compress(weights);
      expect([...(compressed?.decompress().data ?? [])]).toEqual([2, 4, 6, 8, 10, 12]);
    }
    expect(both(options).atStep).toBeUndefined();
  });

  it('masks the matrix as its outer format does', async () => {
    const stacked = stack(growing, { whole: plain });
    const compressed = await stacked({ outer: {}, inner: { whole: {} } }).compress(weights);
    const factors = { 'whole.whole': matrix([3, 2], [0, 1, 0, 1, 0, 1]) };
    const form = { shape: compressed.shape, config: compressed.config };
    const ops = {
      mul: (a: Matrix, b: Matrix) =>
        matrix(
          a.shape,
          a.data.map((value, at) => value * b.data[at]),
        ),
    };
    expect([...(stacked.format.remaining?.(ops as never, weights, factors, form).data ?? [])]).toEqual([
      0, 2, 0, 4, 0, 6,
    ]);
  });

  it('is a product where all of its parts are', () => {
    expect(stack(growing, { whole: growing }).format.product).toEqual(['whole.whole']);
    expect(stack(growing, { whole: plain }).format.product).toBeUndefined();
    expect(stack(plain, { whole: growing }).format.product).toBeUndefined();
  });

  it('trims each part as its own format does', async () => {
    const stacked = stack(plain, { whole: growing });
    const { shape, config, factors } = await stacked({ outer: {}, inner: { whole: {} } }).compress(weights);
    const cut = stacked.format.trim?.({ shape, config, factors });
    expect(cut?.config).toMatchObject({ inner: { whole: { shape: [3, 2], config: { trimmed: true } } } });
    expect(Object.keys(cut?.factors ?? {})).toEqual(['whole.whole']);
    expect(both.format.trim).toBeUndefined();
  });
});
