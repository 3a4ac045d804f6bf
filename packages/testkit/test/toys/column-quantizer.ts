import {
  type CompressedFormat,
  type CompressOptions,
  defineMethod,
  type Factor,
  floatFactor,
  GCompressError,
  indexFactor,
  type Matrix,
  reportProgress,
  type TensorOps,
} from '@gcompress/core';
import { assertKnownOptions, assertNumber } from '@gcompress/core/checks';
import { assertVersion, bitsFor, packBits, packedBytes, packedTensor, unpackBits } from '@gcompress/core/storage';

/** `table [t, 1]` of levels, `codes [m, n]` into it, `scale [1, n]` a column; t is the number of levels that occur. */
export type QuantizerFactors = 'table' | 'codes' | 'scale';

function unscaled<T>(ops: TensorOps<T>, table: T, codes: T, rows: number, cols: number): T {
  return ops.reshape(ops.gather(table, codes), [rows, cols]);
}

export const quantizerFormat: CompressedFormat<QuantizerFactors> = {
  id: 'acme/quantizer',
  version: 1,
  reconstruct: (ops, { table, codes, scale }, { shape }) =>
    ops.mul(unscaled(ops, table, codes, shape[0], shape[1]), scale),
  multiply: (ops, x, { table, codes, scale }, { shape }) =>
    ops.mul(ops.matMul(x, unscaled(ops, table, codes, shape[0], shape[1])), scale),
  trim({ factors: { table, codes, scale }, ...form }) {
    const used = 1 + Math.max(...codes.data);
    const data = table.data.slice(0, used) as Float32Array;
    return { ...form, factors: { codes, scale, table: floatFactor([used, 1], data) } };
  },
  pack({ factors: { table, codes, scale } }) {
    const bytes = packBits(codes.data, bitsFor(table.shape[0]));
    return { table, scale, codes: { shape: [bytes.length], data: bytes } } as const;
  },
  unpack(packed) {
    assertVersion(packed, quantizerFormat.version);
    const [rows, cols] = packed.shape;
    assertNumber(packed.format, 'steps', packed.config.steps, { min: 1, max: 127, integer: true });
    const table = packedTensor(packed, 'table', 'float32', [null, 1]);
    const scale = packedTensor(packed, 'scale', 'float32', [1, cols]);
    const levels = table.shape[0];
    if (levels < 1 || levels > 2 * packed.config.steps + 1) throw badTensor('table', `${levels} levels`);
    const bits = bitsFor(levels);
    const bytes = packedTensor(packed, 'codes', 'uint8', [packedBytes(rows * cols, bits)]);
    const codes = unpackBits(bytes.data, bits, rows * cols);
    if (codes.some((code) => code >= levels)) throw badTensor('codes', 'a code beyond the table');
    return {
      table: floatFactor([levels, 1], table.data),
      codes: indexFactor([rows, cols], codes),
      scale: floatFactor([1, cols], scale.data),
    };
  },
};

function badTensor(name: string, actual: string): GCompressError {
  return new GCompressError('file-tensor', { where: `tensor '${name}'`, expected: 'valid codes', actual });
}

/** Each column in multiples of its largest magnitude over `steps`. */
export const quantizer = defineMethod<{ readonly steps: number }, QuantizerFactors>({
  name: 'quantizer',
  format: quantizerFormat,
  create(options) {
    assertKnownOptions('quantizer', options, ['steps']);
    const { steps } = options;
    assertNumber('quantizer', 'steps', steps, { min: 1, max: 127, integer: true });
    return {
      options: { steps },
      plan: ([rows, cols]) => ({
        factors: {
          table: { shape: [2 * steps + 1, 1], dtype: 'float32', trainable: true },
          codes: { shape: [rows, cols], dtype: 'int32', trainable: false },
          scale: { shape: [1, cols], dtype: 'float32', trainable: true },
        },
        config: { steps },
      }),
      factorize(matrix, options) {
        reportProgress(options, 0);
        const factors = quantize(matrix, steps, options);
        reportProgress(options, 1);
        return factors;
      },
    };
  },
});

function quantize({ shape, data }: Matrix, steps: number, options: CompressOptions): Record<QuantizerFactors, Factor> {
  const [rows, cols] = shape;
  const scale = new Float32Array(cols);
  data.forEach((entry, at) => {
    scale[at % cols] = Math.max(scale[at % cols], Math.abs(entry));
  });
  reportProgress(options, 0.5);
  const levels = Array.from(data, (entry, at) => Math.round((entry / (scale[at % cols] || 1)) * steps));
  const used = [...new Set(levels)].sort((a, b) => a - b);
  return {
    table: floatFactor(
      [used.length, 1],
      Float32Array.from(used, (level) => level / steps),
    ),
    codes: indexFactor(
      [rows, cols],
      Int32Array.from(levels, (level) => used.indexOf(level)),
    ),
    scale: floatFactor([1, cols], scale),
  };
}
