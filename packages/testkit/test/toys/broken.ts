import {
  type CompressedFormat,
  type CompressedMatrix,
  type CompressOptions,
  defineMethod,
  type Factor,
  type FactorizationPlan,
  floatFactor,
  GCompressError,
  type Matrix,
  type PackedTensor,
  type SyncMatrixCompressor,
} from '@gcompress/core';
import { createCompressedMatrix, padFactor } from '@gcompress/core/hosts';
import type { CheckCompressorOptions } from '../../src/index.ts';
import { type QuantizerFactors, quantizer, quantizerFormat } from './column-quantizer.ts';
import { rowSelection, type SelectionFactors, selectionFormat } from './row-selection.ts';

type Quantizer = SyncMatrixCompressor<QuantizerFactors>;
type Quantized = CompressedMatrix<QuantizerFactors>;

/** A subject with one fault, and the checks that must find it: these and no others. */
export interface BrokenSubject {
  readonly fault: string;
  readonly subject: CheckCompressorOptions;
  readonly finds: readonly string[];
}

const good = quantizer({ steps: 8 });

/** The good quantizer with some members replaced. */
function withMembers(members: Partial<Quantizer>): CheckCompressorOptions {
  return { create: () => ({ ...good, ...members }) };
}

/** The good quantizer whose result is tampered with. */
function withResult(tamper: (compressed: Quantized, matrix: Matrix) => CompressedMatrix): CheckCompressorOptions {
  return {
    create: () => ({ ...good, compress: (matrix, options) => tamper(good.compress(matrix, options), matrix) }),
  };
}

/** The good quantizer with another decoder. */
function withFormat(members: Partial<CompressedFormat<QuantizerFactors>>): CheckCompressorOptions {
  const format = { ...quantizerFormat, ...members };
  const { compress: _, ...rest } = good;
  return {
    create: () => ({
      ...rest,
      format,
      compress: (matrix: Matrix, options?: CompressOptions) =>
        createCompressedMatrix(format, good.compress(matrix, options)),
    }),
  };
}

/** The good row selection with another decoder. */
function selectionWith(members: Partial<CompressedFormat<SelectionFactors>>): CheckCompressorOptions {
  const format = { ...selectionFormat, ...members };
  const compressor = rowSelection({ count: 4 });
  return {
    claims: { usesImportance: true, usesInputMoments: true },
    create: () => ({
      ...compressor,
      format,
      compress: async (matrix, options) => createCompressedMatrix(format, await compressor.compress(matrix, options)),
    }),
  };
}

function scaled(compressed: Quantized, by: (scale: number) => number): Quantized {
  const { scale } = compressed.factors;
  const factors = { ...compressed.factors, scale: floatFactor(scale.shape, Float32Array.from(scale.data, by)) };
  return createCompressedMatrix(compressed.format, { ...compressed, factors });
}

function withPlan(change: (plan: FactorizationPlan<QuantizerFactors>) => FactorizationPlan<QuantizerFactors>) {
  return withMembers({ plan: (shape) => change(good.plan(shape)) });
}

function roundedFactor({ shape, data }: { readonly shape: readonly number[]; readonly data: ArrayLike<number> }) {
  return floatFactor(
    shape,
    Float32Array.from(data, (value) => Math.round(value * 16) / 16),
  );
}

const NON_FINITE = ['NaN is refused by place', 'Infinity is refused by place', '-Infinity is refused by place'];

let calls = 0;
let previous = 0;

/** The faults that a method, a compressor or a format may have. */
export const brokenSubjects: readonly BrokenSubject[] = [
  {
    fault: 'takes more bytes than it plans',
    subject: withPlan((plan) => ({ ...plan, byteLength: 1 })),
    finds: ['no more bytes than planned'],
  },
  {
    fault: 'plans a smaller factor',
    subject: withPlan(({ factors, ...form }) => ({
      ...form,
      factors: { ...factors, table: { ...factors.table, shape: [1, 1] } },
    })),
    finds: ['factors match the plan'],
  },
  {
    fault: 'plans another dtype',
    subject: withPlan(({ factors, ...form }) => ({
      ...form,
      factors: { ...factors, codes: { ...factors.codes, dtype: 'float32' } },
    })),
    finds: ['factors match the plan'],
  },
  {
    fault: 'plans a factor that never comes',
    subject: withPlan(({ factors, ...form }) => {
      const more = { ...factors, extra: factors.scale };
      return { ...form, factors: more };
    }),
    finds: ['factors match the plan'],
  },
  {
    fault: 'plans something else each time',
    subject: withPlan(({ factors, ...form }) => ({
      ...form,
      factors: { ...factors, table: { ...factors.table, shape: [17 + calls++, 1] } },
    })),
    finds: ['plan does not change from call to call'],
  },
  {
    fault: 'keeps a value of the data in the config',
    subject: withResult((compressed, { data }) =>
      createCompressedMatrix(quantizerFormat, { ...compressed, config: { steps: 8, first: data[0] } }),
    ),
    finds: ['config is the planned config'],
  },
  {
    fault: 'has options that are no JSON',
    subject: withMembers({ options: { steps: 8, tolerance: Number.POSITIVE_INFINITY } }),
    finds: ['options are JSON'],
  },
  {
    fault: 'reports other options than it uses',
    subject: { ...withMembers({ options: { steps: 7 } }), method: quantizer },
    finds: ['options make an equal compressor'],
  },
  {
    fault: 'uses random numbers without a seed',
    subject: { ...withResult((compressed) => scaled(compressed, (s) => s + 2 ** -20 * calls++)), method: quantizer },
    finds: ['same matrix, same bytes', 'options make an equal compressor'],
  },
  {
    fault: 'starts from the result for the previous matrix',
    subject: withResult((compressed, { data }) => {
      const before = previous;
      previous = data[0];
      return scaled(compressed, (scale) => (before === -data[0] ? scale * 2 : scale));
    }),
    finds: ['same matrix, same bytes'],
  },
  {
    fault: 'writes into its input',
    subject: withResult((compressed, { data }) => {
      data[0] /= 3;
      return compressed;
    }),
    finds: ['input is not changed'],
  },
  {
    fault: 'keeps its input as a factor',
    subject: keepingItsInput(),
    finds: ['result does not change with the input'],
  },
  {
    fault: 'puts a function into a factor',
    subject: withResult(({ factors, ...rest }) => {
      const codes = { ...factors.codes, describe: () => 'codes' };
      return createCompressedMatrix(quantizerFormat, { ...rest, factors: { ...factors, codes } });
    }),
    finds: ['factors survive structuredClone'],
  },
  {
    fault: 'makes a factor smaller than its format can pad',
    subject: withPlan(({ shape, config, factors, byteLength }) => ({
      shape,
      config,
      byteLength,
      factors: { ...factors, codes: { ...factors.codes, shape: [shape[0] + 1, shape[1]] } },
    })),
    finds: ['zero padding up to the plan keeps the matrix', 'padded factors come back from a file'],
  },
  {
    fault: 'lets NaN and infinities pass',
    subject: withMembers({
      compress: ({ shape, data }, options) =>
        good.compress({ shape, data: data.map((entry) => (Number.isFinite(entry) ? entry : 0)) }, options),
    }),
    finds: NON_FINITE,
  },
  {
    fault: 'does not say where NaN is',
    subject: withMembers({
      compress(matrix, options) {
        if (matrix.data.every(Number.isFinite)) return good.compress(matrix, options);
        throw new GCompressError('non-finite', { where: 'quantizer', expected: 'numbers', actual: 'others' });
      },
    }),
    finds: NON_FINITE,
  },
  {
    fault: 'throws errors of its own for a matrix that does not fill its shape',
    subject: withMembers({
      compress(matrix, options) {
        if (matrix.data.length !== matrix.shape[0] * matrix.shape[1]) throw new RangeError('wrong length');
        return good.compress(matrix, options);
      },
    }),
    finds: ['an empty or misshapen matrix is refused'],
  },
  {
    fault: 'plans for an empty shape',
    subject: withMembers({
      plan: (shape) => (shape.every((side) => side > 0) ? good.plan(shape) : good.plan([1, 1])),
    }),
    finds: ['an empty shape has no plan'],
  },
  {
    fault: 'does not look at the signal',
    subject: withMembers({ compress: (matrix, { signal: _, ...options } = {}) => good.compress(matrix, options) }),
    finds: ['an aborted signal ends the work', 'an abort from any call of onProgress ends the work'],
  },
  {
    fault: 'reports progress in percent',
    subject: withMembers({
      compress(matrix, options) {
        options?.onProgress?.(50);
        return good.compress(matrix, options);
      },
    }),
    finds: ['progress rises from 0 to 1'],
  },
  {
    fault: 'tells no progress',
    subject: withMembers({ compress: (matrix, { onProgress: _, ...options } = {}) => good.compress(matrix, options) }),
    finds: ['progress is told on a large matrix, up to 1', 'an abort from any call of onProgress ends the work'],
  },
  {
    fault: 'looks at the signal only before it begins',
    subject: withMembers({
      compress(matrix, { signal, ...options } = {}) {
        signal?.throwIfAborted();
        return good.compress(matrix, options);
      },
    }),
    finds: ['an abort from any call of onProgress ends the work'],
  },
  {
    fault: 'goes on telling progress after the abort',
    subject: withMembers({
      compress(matrix, { signal, ...options } = {}) {
        const compressed = good.compress(matrix, options);
        signal?.throwIfAborted();
        return compressed;
      },
    }),
    finds: ['an abort from any call of onProgress ends the work'],
  },
  {
    fault: 'does not look at the names of its options',
    subject: {
      create: () => good,
      method: ({ steps }: { readonly steps: number }) => quantizer({ steps }),
    },
    finds: ['unknown options are refused'],
  },
  {
    fault: 'does not look at the names of what a call is given',
    subject: withMembers({
      compress: (matrix, { signal, onProgress, importance, inputMoments } = {}) =>
        good.compress(matrix, {
          ...(signal && { signal }),
          ...(onProgress && { onProgress }),
          ...(importance && { importance }),
          ...(inputMoments && { inputMoments }),
        }),
    }),
    finds: ['unknown options of a call are refused'],
  },
  {
    fault: 'plans more than the matrix takes',
    subject: withPlan((plan) => ({ ...plan, byteLength: 10_000 })),
    finds: ['no plan is larger than an ordinary matrix, unless asked'],
  },
  {
    fault: 'ignores importance without a word',
    subject: withMembers({ compress: (matrix, { importance: _, ...options } = {}) => good.compress(matrix, options) }),
    finds: ['importance is refused'],
  },
  {
    fault: 'ignores input moments without a word',
    subject: withMembers({
      compress: (matrix, { inputMoments: _, ...options } = {}) => good.compress(matrix, options),
    }),
    finds: ['input moments are refused'],
  },
  {
    fault: 'divides by the norm of a zero matrix',
    subject: withResult((compressed, { data }) =>
      scaled(compressed, (scale) => (data.every((entry) => entry === 0) ? 0 / scale : scale)),
    ),
    finds: ['compresses zero'],
  },
  {
    fault: 'overflows',
    subject: withResult((compressed) => scaled(compressed, (scale) => Math.sqrt(Math.fround(scale * scale)))),
    finds: [
      'a finite matrix of any scale never becomes infinite without a word',
      'compresses huge-scale',
      'matMul agrees with decompress',
    ],
  },
  {
    fault: 'refuses a matrix by its values',
    subject: withMembers({
      compress(matrix, options) {
        const [first] = matrix.data;
        if (!(first > 0) || matrix.data.some((entry) => entry !== first)) return good.compress(matrix, options);
        throw new GCompressError('not-smaller', { where: 'quantizer', expected: 'variety', actual: 'a constant' });
      },
    }),
    finds: ['compresses constant'],
  },
  {
    fault: 'refuses an ordinary shape',
    subject: { ...withMembers({}), create: (shape) => quantizer({ steps: shape[0] === 13 ? 0 : 8 }) },
    finds: ['compresses normal 13×9'],
  },
  {
    fault: 'multiplies by another matrix',
    subject: withFormat({
      multiply: (ops, x, { table, codes, scale }, { shape }) =>
        ops.matMul(x, ops.mul(ops.reshape(ops.gather(table, codes), shape), ops.mul(scale, scale))),
    }),
    finds: ['matMul agrees with decompress'],
  },
  {
    fault: 'looks up other rows',
    subject: selectionWith({
      lookup: (ops, ids, { selection, rows }) => ops.matMul(ops.gather(selection, ids), ops.add(rows, rows)),
    }),
    finds: ['lookup agrees with decompress'],
  },
  {
    fault: 'names a product that leaves a factor out',
    subject: selectionWith({ product: ['selection'] }),
    finds: ['the named product is the matrix'],
  },
  {
    fault: 'trims what is needed',
    subject: withFormat({
      trim: ({ factors, ...form }) => ({
        ...form,
        factors: { ...factors, scale: floatFactor(factors.scale.shape, new Float32Array(factors.scale.data.length)) },
      }),
    }),
    finds: ['padded factors come back from a file', 'trim keeps the matrix and never grows'],
  },
  {
    fault: 'trims to something larger',
    subject: withFormat({
      trim: ({ factors, ...form }) => ({
        ...form,
        factors: { ...factors, table: padFactor(factors.table, [17, 1]) },
      }),
    }),
    finds: ['trim keeps the matrix and never grows'],
  },
  {
    fault: 'decompresses to the transposed shape',
    subject: withResult((compressed) => ({
      ...compressed,
      decompress() {
        const { shape, data } = compressed.decompress();
        return { shape: [shape[1], shape[0]], data };
      },
    })),
    finds: ['decompress fills the shape', 'matMul agrees with decompress'],
  },
  {
    fault: 'changes a factor while computing',
    subject: withResult((compressed) => ({
      ...compressed,
      lookup(ids) {
        const rows = compressed.lookup(ids);
        compressed.factors.scale.data.forEach((scale, i, data) => {
          data[i] = scale * 2;
        });
        return rows;
      },
    })),
    finds: ['computing changes no factor'],
  },
  {
    fault: 'lies about its bytes',
    subject: withResult((compressed) => ({ ...compressed, byteLength: 10 })),
    finds: ['byteLength counts the stored bytes'],
  },
  {
    fault: 'drops data when it packs',
    subject: withFormat({
      pack: ({ factors, ...form }) =>
        quantizerFormat.pack({ ...form, factors: { ...factors, scale: roundedFactor(factors.scale) } }),
    }),
    finds: [
      'padded factors come back from a file',
      'trained factors come back from a file',
      'unpack restores what was packed',
      'a file restores the matrix',
      'a page that only decodes gets the same matrix',
    ],
  },
  {
    fault: 'forgets what was trained',
    subject: withFormat({
      pack: (factorization) => ({ ...quantizerFormat.pack(factorization), table: exactTable(factorization) }),
    }),
    finds: ['trained factors come back from a file'],
  },
  {
    fault: 'loses precision when it unpacks',
    subject: withFormat({
      unpack(packed) {
        const factors = quantizerFormat.unpack(packed);
        return { ...factors, scale: roundedFactor(factors.scale) };
      },
    }),
    finds: [
      'padded factors come back from a file',
      'trained factors come back from a file',
      'unpack restores what was packed',
      'a file restores the matrix',
      'a page that only decodes gets the same matrix',
      'writing again gives the same bytes',
    ],
  },
  {
    fault: 'packs something else each time',
    subject: withFormat({
      pack(factorization) {
        const packed = quantizerFormat.pack(factorization);
        return { ...packed, [calls++ % 2 === 0 ? 'stamp' : 'mark']: { shape: [1], data: Uint8Array.of(1) } };
      },
    }),
    finds: [
      'no more bytes than planned',
      'same matrix, same bytes',
      'factors survive structuredClone',
      'writing again gives the same bytes',
      'a tensor of another dtype is refused',
      'a missing tensor is refused',
    ],
  },
  {
    fault: 'stores more than there is',
    subject: {
      allowsLarger: true,
      ...withFormat({
        pack: (factorization) => {
          const { table, ...rest } = quantizerFormat.pack(factorization);
          const data = new Float32Array(table.data.length * 500);
          data.set(table.data);
          return { ...rest, table: { shape: [500, table.data.length], data } };
        },
        unpack({ tensors, ...packed }) {
          const table = tensors.table;
          if (!table || !(table.data instanceof Float32Array) || table.shape[0] !== 500 || table.shape.length !== 2) {
            return quantizerFormat.unpack({ tensors, ...packed });
          }
          const levels = table.shape[1];
          const first = { shape: [levels, 1], data: table.data.slice(0, levels) };
          return quantizerFormat.unpack({ ...packed, tensors: { ...tensors, table: first } });
        },
      }),
    },
    finds: ['no more bytes than planned', 'the stored form is no larger than the working form'],
  },
  {
    fault: 'trusts indices of a file',
    subject: withFormat({
      unpack(packed) {
        const { codes, ...rest } = quantizerFormat.unpack({
          ...packed,
          tensors: { ...packed.tensors, codes: zeroed(packed.tensors.codes) },
        });
        const bits = Math.max(1, 32 - Math.clz32(rest.table.shape[0] - 1));
        const bytes = packed.tensors.codes.data;
        const at = (i: number) => (bytes[i >> 3] >> (i & 7)) & 1;
        const value = (i: number) => Array.from({ length: bits }, (_, bit) => at(i * bits + bit) << bit);
        const data = Int32Array.from(codes.data, (_, i) => value(i).reduce((sum, bit) => sum + bit, 0));
        return { ...rest, codes: { ...codes, data } };
      },
    }),
    finds: [
      'a hostile file is refused or well-formed',
      'a directed file is refused or well-formed, within the limits of its reader',
    ],
  },
  {
    fault: 'takes a size from a file for what to allocate',
    subject: withFormat({
      unpack(packed) {
        new Float32Array(Number(packed.config.steps));
        return quantizerFormat.unpack(packed);
      },
    }),
    finds: [
      'a hostile file is refused or well-formed',
      'a directed file is refused or well-formed, within the limits of its reader',
    ],
  },
  {
    fault: 'does not see that a tensor is missing',
    subject: withFormat({
      unpack: (packed) =>
        quantizerFormat.unpack({ ...packed, tensors: { scale: onesFor(packed.shape[1]), ...packed.tensors } }),
    }),
    finds: ['a missing tensor is refused'],
  },
  {
    fault: 'does not see that a tensor has another dtype',
    subject: withFormat({
      unpack(packed) {
        const { scale, ...tensors } = packed.tensors;
        const asFloat = scale && { shape: scale.shape, data: Float32Array.from(scale.data) };
        return quantizerFormat.unpack({ ...packed, tensors: asFloat ? { ...tensors, scale: asFloat } : tensors });
      },
    }),
    finds: ['a tensor of another dtype is refused'],
  },
];

/** Faults that only a claim makes faults. */
export const falseClaims: readonly BrokenSubject[] = [
  {
    fault: 'has factors whose size depends on the data',
    subject: { create: () => good, claims: { fixedSize: true } },
    finds: ['fixedSize'],
  },
  {
    fault: 'is worse than zero',
    subject: {
      ...withResult((compressed) => scaled(compressed, (scale) => -scale)),
      claims: { neverWorseThanZero: true },
    },
    finds: ['neverWorseThanZero'],
  },
  {
    fault: 'is not exact',
    subject: { create: () => good, claims: { exactAtFullSize: { create: () => good, maxRelativeError: 1e-6 } } },
    finds: ['exactAtFullSize'],
  },
  {
    fault: 'takes small entries for zeros',
    subject: {
      ...withResult((compressed) => scaled(compressed, (scale) => (scale < 1e-6 ? 0 : scale))),
      claims: { scaleEquivariant: true },
    },
    finds: ['scaleEquivariant'],
  },
  {
    fault: 'gets worse with a larger budget',
    subject: { create: () => good, claims: { monotoneInBudget: [quantizer({ steps: 8 }), quantizer({ steps: 2 })] } },
    finds: ['monotoneInBudget'],
  },
  {
    fault: 'has more noise than it says',
    subject: { create: () => good, claims: { minSignalToNoise: { 'rank-one': 20, 'normal 12×8': 60 } } },
    finds: ["minSignalToNoise 'normal 12×8'"],
  },
  {
    fault: 'accepts importance and does not use it',
    subject: {
      claims: { usesImportance: true },
      create: () => ignoringImportance({ steps: 8 }),
    },
    finds: ['usesImportance'],
  },
  {
    fault: 'accepts input moments and does not use them',
    subject: {
      claims: { usesInputMoments: true },
      create: () => ignoringMoments({ steps: 8 }),
    },
    finds: ['usesInputMoments'],
  },
];

const ignoringImportance = ignoring('importance');
const ignoringMoments = ignoring('inputMoments');

/** A method that accepts what it does not look at. */
function ignoring(aid: 'importance' | 'inputMoments') {
  return defineMethod({
    name: 'quantizer',
    format: quantizerFormat,
    accepts: [aid],
    create: ({ steps }: { readonly steps: number }) => {
      const inner = quantizer({ steps });
      return {
        options: inner.options,
        plan: (shape) => inner.plan(shape),
        factorize: (matrix, { signal, onProgress }) =>
          inner.compress(matrix, { ...(signal && { signal }), ...(onProgress && { onProgress }) }).factors,
      };
    },
  });
}

/** Row selection that keeps all rows as they are: in the caller's memory. */
function keepingItsInput(): CheckCompressorOptions {
  const all = rowSelection({ count: 1000 });
  return {
    claims: { usesImportance: true, usesInputMoments: true },
    allowsLarger: true,
    create: () => ({
      ...all,
      async compress(matrix, options) {
        const compressed = await all.compress(matrix, options);
        const { rows } = compressed.factors;
        if (rows.data.length !== matrix.data.length) return compressed;
        const factors = { ...compressed.factors, rows: floatFactor(rows.shape, matrix.data) };
        return createCompressedMatrix(selectionFormat, { ...compressed, factors });
      },
    }),
  };
}

function onesFor(cols: number) {
  return { shape: [1, cols], data: new Float32Array(cols).fill(1) };
}

function zeroed<T extends { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>(tensor: T) {
  return tensor?.data instanceof Uint8Array ? { ...tensor, data: new Uint8Array(tensor.data.length) } : tensor;
}

/** The levels that the encoder would have chosen, to which training did not keep. */
function exactTable({ factors: { table } }: { readonly factors: { readonly table: Factor } }): PackedTensor {
  return { shape: table.shape, data: Float32Array.from(table.data, (level) => Math.round(level * 8) / 8) };
}
