import {
  type CompressedFormat,
  type CpuTensor,
  cpuOps,
  defineMethod,
  floatFactor,
  indexFactor,
  type Matrix,
  matrix,
} from '@gcompress/core';
import { packedTensor } from '@gcompress/core/storage';
import { type CompressionSchedule, linearAlpha } from '@gcompress/scheduler';
// Registers gradients
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect } from 'vitest';
import { TfCompressionOp, type TfCompressionOpOptions } from '../src/index.ts';
import { useTestBackend } from './backend.ts';

/** Compresses at step 0; alpha is 0.75, 0.5, 0.25 and 0 after the steps 0 to 3. */
export const fourSteps: CompressionSchedule = linearAlpha({ begin: 0, end: 3, frequency: 1 });

/** A variable with the values of a matrix. */
export function variableOf({ shape, data }: Matrix, name?: string): tf.Variable {
  return tf.tidy(() => tf.variable(tf.tensor2d(data, [shape[0], shape[1]]), true, name));
}

/** Shape and values of a tensor. */
export function valuesOf(tensor: tf.Tensor): CpuTensor & { readonly data: Float32Array } {
  return { shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) };
}

/** The same of a result, which is disposed. */
export function taken(result: tf.Tensor): ReturnType<typeof valuesOf> {
  const values = valuesOf(result);
  result.dispose();
  return values;
}

/**
 * Starts the backend of the tests, disposes after each test the operators that it made, and sees that nothing else is left behind.
 *
 * @returns how to make an operator on a fresh variable.
 */
export function useOperators(
  common: TfCompressionOpOptions,
): (a: Matrix, options?: Partial<TfCompressionOpOptions>) => TfCompressionOp {
  let tensorsBefore = 0;
  const ops: TfCompressionOp[] = [];
  beforeEach(async () => {
    await useTestBackend();
    tensorsBefore = tf.memory().numTensors;
  });
  afterEach(() => {
    for (const op of ops.splice(0)) {
      op.dispose();
      op.variables.matrix.dispose();
    }
    expect(tf.memory().numTensors, 'tensors left behind').toBe(tensorsBefore);
  });
  return (a, options = {}) => {
    const op = new TfCompressionOp(variableOf(a), { ...common, ...options });
    ops.push(op);
    return op;
  };
}

/** Runs the update steps 0, 1, … */
export async function runSteps(op: TfCompressionOp, count: number): Promise<void> {
  for (let step = 0; step < count; step++) await op.runUpdateStep(step);
}

/** What an operator has to compute, worked out from its variables without tensors: `α·A + (1−α)·Ŵ`. */
export function blended(op: TfCompressionOp): Matrix {
  const factors = (op.alpha > 0 && followed(op)) || op.toCompressedMatrixSync().decompress().data;
  const dense = valuesOf(op.variables.matrix).data;
  return matrix(
    op.form.shape,
    dense.map((entry, i) => op.alpha * entry + (1 - op.alpha) * factors[i]),
  );
}

/** Ŵ between two compressions: A rounded to the grid of the last one if the format has a grid. */
function followed({ compressor: { format }, form, variables }: TfCompressionOp): Float32Array | undefined {
  const grid = format.grid?.(form);
  if (!grid) return undefined;
  const factors = Object.fromEntries(
    Object.entries(variables.factors).map(([name, factor]) => [name, valuesOf(factor)] as const),
  );
  const { shape, data } = factors[grid.factor];
  const spacing = grid.spacing(data);
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scales = format.reconstruct(
    cpuOps,
    { ...factors, [grid.factor]: { shape, data: new Float32Array(data.length).fill(1) } },
    form,
  ).data;
  return valuesOf(variables.matrix).data.map((entry, i) => {
    const multiple = spacing * Math.round(entry / scales[i] / spacing);
    return scales[i] * Math.max(-largest, Math.min(largest, multiple));
  });
}

const levelsFormat: CompressedFormat<'codes' | 'table'> = {
  id: 'test/levels',
  version: 1,
  reconstruct: (ops, { codes, table }) => ops.gather(table, codes),
  sharing: () => ({ table: { rows: 'codes' } }),
  pack: ({ factors: { codes, table } }) => ({
    codes: { shape: codes.shape, data: Uint8Array.from(codes.data) },
    table: { shape: table.shape, data: table.data },
  }),
  unpack(packed) {
    const table = packedTensor(packed, 'table', 'float32', [null]);
    const codes = packedTensor(packed, 'codes', 'uint8', packed.shape);
    return {
      codes: indexFactor(codes.shape, Int32Array.from(codes.data)),
      table: floatFactor(table.shape, table.data),
    };
  },
};

/**
 * A method with an integer factor, a packed form of bytes, and neither `multiply` nor `lookup`: each entry becomes the nearest
 * of `count` values between the smallest and the largest.
 */
export const levels = defineMethod<{ readonly count: number }, 'codes' | 'table'>({
  name: 'test/levels',
  format: levelsFormat,
  create: ({ count }) => ({
    options: { count },
    plan: (shape) => ({
      factors: {
        codes: { shape, dtype: 'int32', trainable: false },
        table: { shape: [count], dtype: 'float32', trainable: true },
      },
    }),
    factorize({ shape, data }) {
      const [low, high] = [Math.min(...data), Math.max(...data)];
      const step = (high - low) / (count - 1) || 1;
      return {
        codes: indexFactor(
          shape,
          Int32Array.from(data, (entry) => Math.round((entry - low) / step)),
        ),
        table: floatFactor(
          [count],
          Float32Array.from({ length: count }, (_, code) => low + code * step),
        ),
      };
    },
  }),
});
