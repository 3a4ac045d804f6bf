// The loops of the tensor operations on typed arrays, for shapes that are known to fit.
import { valueCount } from './element-count.ts';
import type { TensorOps } from './tensor-ops.ts';

/** A dense array on the CPU: what {@link cpuOps} computes with. A Matrix and a Factor are ones. */
export interface CpuTensor {
  readonly shape: readonly number[];
  /** Row-major; `Int32Array` for indices. */
  readonly data: Float32Array | Int32Array;
}

/** What `cpuOps` computes once it has checked the arguments. Readers call it directly, since an `unpack` has checked its factors. */
type CpuOps = TensorOps<CpuTensor>;

// Each is a function of its own, so that a page carries only those that its decoders use

/** `[m, k]·[k, n] → [m, n]`, or with one leading batch axis in both. Sums are accumulated in float64. */
export const matMul: CpuOps['matMul'] = (a, b) => {
  const [m, k] = a.shape.slice(-2);
  const n = b.shape[b.shape.length - 1];
  const shape = [...a.shape.slice(0, -1), n];
  const out = new Float32Array(valueCount(shape));
  const sums = new Float64Array(n);
  for (let i = 0; i * n < out.length; i++) {
    const bAt = Math.floor(i / m) * k * n;
    sums.fill(0);
    for (let p = 0; p < k; p++) {
      const factor = a.data[i * k + p];
      if (factor === 0) continue;
      const row = bAt + p * n;
      for (let j = 0; j < n; j++) sums[j] += factor * b.data[row + j];
    }
    out.set(sums, i * n);
  }
  return { shape, data: out };
};

/** Element-wise sum with broadcasting. */
export const add: CpuOps['add'] = (a, b) => broadcast(a, b, (x, y) => x + y);

/** Element-wise product with broadcasting. */
export const mul: CpuOps['mul'] = (a, b) => broadcast(a, b, (x, y) => x * y);

/** Slices of a table along its first axis. */
export const gather: CpuOps['gather'] = (table, indices) => {
  const rest = table.shape.slice(1);
  const size = valueCount(rest);
  const out = sameType(table, indices.data.length * size);
  for (let i = 0; i < indices.data.length; i++) {
    const at = indices.data[i] * size;
    for (let j = 0; j < size; j++) out[i * size + j] = table.data[at + j];
  }
  return { shape: [...indices.shape, ...rest], data: out };
};

/** The same data under another shape; one side may be −1. */
export const reshape: CpuOps['reshape'] = ({ data }, wanted) => {
  const rest = valueCount(wanted.filter((side) => side !== -1));
  return { shape: wanted.map((side) => (side === -1 ? data.length / rest : side)), data };
};

/** Axes in another order; reversed if none is given. */
export const transpose: CpuOps['transpose'] = (
  x,
  permutation = x.shape.map((_, axis) => x.shape.length - 1 - axis),
) => {
  const strides = stridesOf(x.shape);
  const turned = (sides: readonly number[]) => permutation.map((axis) => sides[axis]);
  return strided(x, turned(x.shape), turned(strides), 0);
};

/** A block; a size of −1 reaches to the end. */
export const slice: CpuOps['slice'] = (x, begin, wanted) => {
  const size = wanted.map((side, axis) => (side === -1 ? x.shape[axis] - begin[axis] : side));
  const strides = stridesOf(x.shape);
  const offset = begin.reduce((sum, at, axis) => sum + at * strides[axis], 0);
  return strided(x, size, strides, offset);
};

/** `slice` for the first columns of a matrix alone. */
export const firstColumns: CpuOps['slice'] = ({ shape: [rows], data }, _begin, [, columns]) => {
  const width = data.length / rows;
  return { shape: [rows, columns], data: data.filter((_, at) => at % width < columns) };
};

/** The shape that two shapes broadcast to. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const right = alignedTo(rank, b);
  return alignedTo(rank, a).map((side, axis) => (side === 1 ? right[axis] : side));
}

function broadcast(a: CpuTensor, b: CpuTensor, apply: (x: number, y: number) => number): CpuTensor {
  const shape = broadcastShape(a.shape, b.shape);
  const x = expanded(a, shape);
  const y = expanded(b, shape);
  const out = sameType(a.data instanceof Int32Array ? b : a, x.length);
  for (let i = 0; i < out.length; i++) out[i] = apply(x[i], y[i]);
  return { shape, data: out };
}

/** The shape with ones in front, so that it has `rank` axes. */
function alignedTo(rank: number, shape: readonly number[]): number[] {
  return [...new Array<number>(rank - shape.length).fill(1), ...shape];
}

/** The values of `x` repeated along its axes of length 1 until it has the shape `to`. */
function expanded(x: CpuTensor, to: readonly number[]): Float32Array | Int32Array {
  if (valueCount(to) === x.data.length) return x.data;
  const from = alignedTo(to.length, x.shape);
  const strides = stridesOf(from).map((stride, axis) => (from[axis] === 1 ? 0 : stride));
  return strided(x, to, strides, 0).data;
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

/** The values at `offset + Σ index·stride`, copied in row-major order of `shape`. */
function strided(x: CpuTensor, shape: readonly number[], strides: readonly number[], offset: number): CpuTensor {
  const out = sameType(x, valueCount(shape));
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
  return { shape, data: out };
}

function sameType(x: CpuTensor, length: number): Float32Array | Int32Array {
  return x.data instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);
}
