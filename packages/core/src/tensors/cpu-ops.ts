// The tensor operations on typed arrays: the reference implementation.
import { GCompressError } from '../checks/errors.ts';
import { describeShape, describeValue } from '../checks/option-checks.ts';
import { elementCount } from './element-count.ts';
import type { TensorOps } from './tensor-ops.ts';

/** A dense array on the CPU: what {@link cpuOps} computes with. A Matrix and a Factor are ones. */
export interface CpuTensor {
  readonly shape: readonly number[];
  /** Row-major; `Int32Array` for indices. */
  readonly data: Float32Array | Int32Array;
}

/**
 * {@link TensorOps} over typed arrays: the reference implementation. Sums are accumulated in float64 and rounded to
 * float32 once; a zero in the left operand of `matMul` contributes nothing, whatever it meets. `reshape` shares the data of
 * its input; everything else returns new data. Every operation throws `shape-mismatch` for arguments that do not fit.
 */
export const cpuOps: TensorOps<CpuTensor> = {
  matMul(a, b) {
    assertTensors('matMul', a, b);
    const batched = a.shape.length === 3;
    const [m, k] = a.shape.slice(-2);
    const [inner, n] = b.shape.slice(-2);
    const batch = batched ? a.shape[0] : 1;
    if (
      a.shape.length !== b.shape.length ||
      a.shape.length < 2 ||
      a.shape.length > 3 ||
      inner !== k ||
      (batched && b.shape[0] !== batch)
    ) {
      throw mismatch('matMul', '[m, k] and [k, n], or both with one batch axis', a, b);
    }
    const out = new Float32Array(batch * m * n);
    const sums = new Float64Array(n);
    for (let s = 0; s < batch; s++) {
      const bAt = s * k * n;
      for (let i = s * m; i < (s + 1) * m; i++) {
        sums.fill(0);
        for (let p = 0; p < k; p++) {
          const factor = a.data[i * k + p];
          if (factor === 0) continue;
          const row = bAt + p * n;
          for (let j = 0; j < n; j++) sums[j] += factor * b.data[row + j];
        }
        out.set(sums, i * n);
      }
    }
    return { shape: batched ? [batch, m, n] : [m, n], data: out };
  },

  add: (a, b) => broadcast('add', a, b, (x, y) => x + y),
  mul: (a, b) => broadcast('mul', a, b, (x, y) => x * y),

  gather(table, indices) {
    assertTensors('gather', table, indices);
    const [rows, ...rest] = table.shape;
    const size = elementCount(rest);
    if (rows === undefined || !(indices.data instanceof Int32Array)) {
      throw mismatch('gather', 'a table of at least one axis and int32 indices', table, indices);
    }
    const out = sameType(table, indices.data.length * size);
    for (let i = 0; i < indices.data.length; i++) {
      const at = indices.data[i];
      if (!(at >= 0 && at < rows)) {
        throw new GCompressError('shape-mismatch', {
          where: 'gather',
          expected: `indices from 0 to ${rows - 1}`,
          actual: `${at}`,
        });
      }
      for (let j = 0; j < size; j++) out[i * size + j] = table.data[at * size + j];
    }
    return { shape: [...indices.shape, ...rest], data: out };
  },

  reshape(x, wanted) {
    assertTensors('reshape', x);
    assertList('reshape', wanted);
    const rest = elementCount(wanted.filter((side) => side !== -1));
    const shape = wanted.map((side) => (side === -1 ? x.data.length / rest : side));
    const open = wanted.filter((side) => side === -1).length;
    const sides = shape.every((side) => Number.isInteger(side) && side >= 0);
    if (elementCount(shape) !== x.data.length || open > 1 || !sides) {
      throw mismatch('reshape', `${x.data.length} values`, x, { shape: wanted });
    }
    return { shape, data: x.data };
  },

  transpose(x, given) {
    assertTensors('transpose', x);
    const permutation = given ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
    assertList('transpose', permutation);
    const rank = x.shape.length;
    if (permutation.length !== rank || !x.shape.every((_, axis) => permutation.includes(axis))) {
      throw mismatch('transpose', `each of ${rank} axes once`, x, { shape: permutation });
    }
    const strides = stridesOf(x.shape);
    const shape = permutation.map((axis) => x.shape[axis]);
    return {
      shape,
      data: strided(
        x,
        shape,
        permutation.map((axis) => strides[axis]),
        0,
      ),
    };
  },

  slice(x, begin, wanted) {
    assertTensors('slice', x);
    assertList('slice', begin);
    assertList('slice', wanted);
    const size = wanted.map((side, axis) => (side === -1 ? x.shape[axis] - begin[axis] : side));
    const inside = x.shape.every(
      (side, axis) => begin[axis] >= 0 && size[axis] >= 0 && begin[axis] + size[axis] <= side,
    );
    if (!inside || begin.length !== x.shape.length || size.length !== x.shape.length) {
      throw mismatch('slice', `a block inside [${x.shape.join(', ')}]`, { shape: begin }, { shape: wanted });
    }
    const strides = stridesOf(x.shape);
    const offset = begin.reduce((sum, at, axis) => sum + at * strides[axis], 0);
    return { shape: size, data: strided(x, size, strides, offset) };
  },
};

function assertTensors(where: string, ...tensors: readonly unknown[]): void {
  const wrong = tensors.findIndex((tensor) => {
    const { shape, data } = (tensor ?? {}) as Partial<CpuTensor>;
    return !Array.isArray(shape) || !(data instanceof Float32Array || data instanceof Int32Array);
  });
  if (wrong >= 0) throw refusal(where, 'a tensor { shape, data }', describeValue(tensors[wrong]));
}

function assertList(where: string, list: unknown): void {
  if (!Array.isArray(list)) throw refusal(where, 'a list of numbers', describeValue(list));
}

function broadcast(where: string, a: CpuTensor, b: CpuTensor, apply: (x: number, y: number) => number): CpuTensor {
  assertTensors(where, a, b);
  const rank = Math.max(a.shape.length, b.shape.length);
  const left = alignedTo(rank, a.shape);
  const right = alignedTo(rank, b.shape);
  const shape = left.map((side, axis) => (side === 1 ? right[axis] : side));
  if (
    shape.some((side, axis) => (left[axis] !== 1 && left[axis] !== side) || (right[axis] !== 1 && right[axis] !== side))
  ) {
    throw mismatch(where, 'shapes that broadcast', a, b);
  }
  const x = expanded(a, left, shape);
  const y = expanded(b, right, shape);
  const out =
    a.data instanceof Int32Array && b.data instanceof Int32Array
      ? new Int32Array(x.length)
      : new Float32Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = apply(x[i], y[i]);
  return { shape, data: out };
}

/** The shape with ones in front, so that it has `rank` axes. */
function alignedTo(rank: number, shape: readonly number[]): number[] {
  return [...new Array<number>(rank - shape.length).fill(1), ...shape];
}

/** The values of `x` repeated along its axes of length 1 until it has the shape `to`. */
function expanded(x: CpuTensor, from: readonly number[], to: readonly number[]): Float32Array | Int32Array {
  if (elementCount(to) === x.data.length) return x.data;
  const strides = stridesOf(from).map((stride, axis) => (from[axis] === 1 ? 0 : stride));
  return strided(x, to, strides, 0);
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

/** Copies the values at `offset + Σ index·stride` in row-major order of `shape`. */
function strided(
  x: CpuTensor,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): Float32Array | Int32Array {
  const out = sameType(x, elementCount(shape));
  const rank = shape.length;
  const width = rank === 0 ? 1 : shape[rank - 1];
  const step = rank === 0 ? 0 : strides[rank - 1];
  const index = new Array<number>(rank).fill(0);
  let from = offset;
  for (let to = 0; to < out.length; to += width) {
    for (let j = 0; j < width; j++) out[to + j] = x.data[from + j * step];
    for (let axis = rank - 2; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

function sameType(x: CpuTensor, length: number): Float32Array | Int32Array {
  return x.data instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);
}

function mismatch(where: string, expected: string, a: { shape: readonly number[] }, b: { shape: readonly number[] }) {
  return refusal(where, expected, `${describeShape(a.shape)} and ${describeShape(b.shape)}`);
}

function refusal(where: string, expected: string, actual: string): GCompressError {
  return new GCompressError('shape-mismatch', { where, expected, actual });
}
