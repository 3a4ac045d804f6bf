// The decoder of matrices whose input, output or both are shortened.
import {
  type CompressedFormat,
  type Factor,
  floatFactor,
  type JsonObject,
  type JsonValue,
  type MatrixForm,
  type TensorOps,
} from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { type MatrixDecoder, matMul, reshape, transpose } from '@gcompress/core/decode';
import { assertVersion, fileError, packedTensor } from '@gcompress/core/storage';
import { configDivisor } from './config-divisor.ts';

/** How one side of a matrix is shortened. */
export interface Side {
  /** Neighbouring inputs or outputs that are shortened together; divides the side. */
  readonly block: number;
  /** How many times fewer are left of them; divides `block`. */
  readonly factor: number;
}

/** What {@link inputOutputFormat} writes besides its tensors. */
export interface Sides {
  /** The rows of the matrix, its inputs; `null` when they are left as they are. */
  readonly input: Side | null;
  /** The columns of the matrix, its outputs; `null` when they are left as they are. */
  readonly output: Side | null;
}

const reconstruct: CompressedFormat['reconstruct'] = (ops, factors, form) =>
  expanded(ops, lengthened(ops, factors, form), factors, form);

const unpack: CompressedFormat['unpack'] = (packed) => {
  assertVersion(packed, 1);
  const input = checkedSide(packed.config, 'input', packed.shape[0]);
  const output = checkedSide(packed.config, 'output', packed.shape[1]);
  const shapes = factorShapes(packed.shape, { input, output });
  const factors = Object.entries(shapes).map(([name, wanted]): [string, Factor] => {
    const { shape, data } = packedTensor(packed, name, 'float32', wanted);
    return [name, floatFactor(shape, data)];
  });
  return Object.fromEntries(factors);
};

/**
 * A matrix between a shorter input and a shorter output: `Ŵ = diag(b, …, b)·c·diag(d, …, d)`. One `b` shortens every block of
 * inputs and one `d` expands every block of outputs; either may be missing. Working form, all trainable, with blocks of s
 * that become s / f:
 *
 * - `b [s, s/f]` of the input, if it is shortened;
 * - `c [m/f, n/g]`, where f and g are the factors of input and output, 1 for a side that is left as it is;
 * - `d [t/g, t]` of the output, if it is shortened.
 *
 * Stored form, version 1: these as float32; config `input` and `output`, each a {@link Side} or null.
 *
 * Porting note: in the reference the factor of a side shortens `c` even when that side is switched off, which then fails.
 */
export const inputOutputFormat: CompressedFormat = {
  id: 'input-output',
  version: 1,
  reconstruct,
  multiply(ops, x, factors, form) {
    const { input } = form.config;
    const [rows] = coreShape(form);
    const short = input ? ops.reshape(ops.matMul(ops.reshape(x, [-1, sideOf(input).block]), factors.b), [-1, rows]) : x;
    return expanded(ops, ops.matMul(short, factors.c), factors, form);
  },
  lookup: (ops, ids, factors, form) => expanded(ops, ops.gather(lengthened(ops, factors, form), ids), factors, form),
  sharing: ({ shape: [rows, cols], config: { input, output } }) => ({
    ...(input && { b: { times: rows / sideOf(input).block } }),
    ...(output && { d: { times: cols / sideOf(output).block } }),
  }),
  pack: ({ factors }) => {
    const stored = Object.entries(factors).map(([name, { shape, data }]) => [name, { shape, data }] as const);
    return Object.fromEntries(stored);
  },
  unpack,
};

/** The part of {@link inputOutputFormat} that gives dense matrices: all that a page needs which only decodes. */
export const inputOutputDecoder: MatrixDecoder = {
  id: 'input-output',
  version: 1,
  operations: [matMul, reshape, transpose],
  reconstruct,
  unpack,
};

/** Shapes of the factors that a matrix of this shape has. */
export function factorShapes([rows, cols]: MatrixForm['shape'], { input, output }: Sides): Record<string, number[]> {
  return {
    ...(input && { b: [input.block, input.block / input.factor] }),
    c: [rows / (input?.factor ?? 1), cols / (output?.factor ?? 1)],
    ...(output && { d: [output.block / output.factor, output.block] }),
  };
}

/** `diag(b, …, b)·c`, of shape `[m, n/g]`. */
function lengthened<T>(ops: TensorOps<T>, { b, c }: Readonly<Record<string, T>>, form: MatrixForm): T {
  const { input } = form.config;
  if (!input) return c;
  const { block, factor } = sideOf(input);
  const [, cols] = coreShape(form);
  const short = ops.transpose(ops.reshape(c, [-1, block / factor, cols]), [1, 0, 2]);
  const long = ops.matMul(b, ops.reshape(short, [block / factor, -1]));
  return ops.reshape(ops.transpose(ops.reshape(long, [block, -1, cols]), [1, 0, 2]), [-1, cols]);
}

/** `y·diag(d, …, d)` for `y [q, n/g]`, of shape `[q, n]`. */
function expanded<T>(ops: TensorOps<T>, y: T, { d }: Readonly<Record<string, T>>, { shape, config }: MatrixForm): T {
  if (!config.output) return y;
  const { block, factor } = sideOf(config.output);
  return ops.reshape(ops.matMul(ops.reshape(y, [-1, block / factor]), d), [-1, shape[1]]);
}

/** Shape `[m/f, n/g]` of `c`. */
function coreShape({ shape, config: { input, output } }: MatrixForm): number[] {
  return [shape[0] / (input ? sideOf(input).factor : 1), shape[1] / (output ? sideOf(output).factor : 1)];
}

/** A side of a config that was checked before. */
function sideOf(value: JsonValue): Side {
  return value as unknown as Side;
}

function checkedSide(config: JsonObject, name: string, side: number): Side | null {
  const value = config[name];
  if (value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw fileError('file-header', `input-output config '${name}'`, 'an object or null', describeValue(value));
  }
  const own = value as JsonObject;
  const block = configDivisor(`input-output ${name}`, own, 'block', side);
  return { block, factor: configDivisor(`input-output ${name}`, own, 'factor', block) };
}
