// The cases that every implementation of the tensor operations must agree on.
import { type CpuTensor, elementCount, type TensorOps } from '@gcompress/core';

/** One operation on small integers, where every backend must be exact. */
export interface TensorOpsCase {
  readonly name: string;
  readonly inputs: readonly CpuTensor[];
  apply<T>(ops: TensorOps<T>, inputs: readonly T[]): T;
  readonly expected: CpuTensor;
}

/** A float32 tensor; without values, 1, 2, 3, … */
function float(shape: readonly number[], values?: readonly number[]): CpuTensor {
  return { shape, data: Float32Array.from(values ?? counted(shape)) };
}

/** An int32 tensor; without values, 1, 2, 3, … */
function int(shape: readonly number[], values?: readonly number[]): CpuTensor {
  return { shape, data: Int32Array.from(values ?? counted(shape)) };
}

function counted(shape: readonly number[]): number[] {
  return Array.from({ length: elementCount(shape) }, (_, i) => i + 1);
}

const matMul = <T>(ops: TensorOps<T>, [a, b]: readonly T[]) => ops.matMul(a, b);
const add = <T>(ops: TensorOps<T>, [a, b]: readonly T[]) => ops.add(a, b);
const mul = <T>(ops: TensorOps<T>, [a, b]: readonly T[]) => ops.mul(a, b);
const gather = <T>(ops: TensorOps<T>, [table, indices]: readonly T[]) => ops.gather(table, indices);

function reshape(shape: readonly number[]) {
  return <T>(ops: TensorOps<T>, [x]: readonly T[]) => ops.reshape(x, shape);
}

function transpose(permutation?: readonly number[]) {
  return <T>(ops: TensorOps<T>, [x]: readonly T[]) => ops.transpose(x, permutation);
}

function slice(begin: readonly number[], size: readonly number[]) {
  return <T>(ops: TensorOps<T>, [x]: readonly T[]) => ops.slice(x, begin, size);
}

/** Results worked out by hand, for each operation and each of its rules. */
export const tensorOpsCases: readonly TensorOpsCase[] = [
  {
    name: 'matMul multiplies matrices',
    inputs: [float([2, 3]), float([3, 2])],
    apply: matMul,
    expected: float([2, 2], [22, 28, 49, 64]),
  },
  {
    name: 'matMul multiplies a row by a column',
    inputs: [float([1, 3]), float([3, 1])],
    apply: matMul,
    expected: float([1, 1], [14]),
  },
  {
    name: 'matMul multiplies a column by a row',
    inputs: [float([2, 1]), float([1, 3])],
    apply: matMul,
    expected: float([2, 3], [1, 2, 3, 2, 4, 6]),
  },
  {
    name: 'matMul multiplies each matrix of a batch',
    inputs: [float([2, 1, 2]), float([2, 2, 2])],
    apply: matMul,
    expected: float([2, 1, 2], [7, 10, 43, 50]),
  },
  {
    name: 'matMul of no rows is empty',
    inputs: [float([0, 2]), float([2, 3])],
    apply: matMul,
    expected: float([0, 3], []),
  },
  {
    name: 'add adds entry by entry',
    inputs: [float([2, 2]), float([2, 2], [10, 20, 30, 40])],
    apply: add,
    expected: float([2, 2], [11, 22, 33, 44]),
  },
  {
    name: 'add repeats a row',
    inputs: [float([2, 3]), float([3], [10, 20, 30])],
    apply: add,
    expected: float([2, 3], [11, 22, 33, 14, 25, 36]),
  },
  {
    name: 'add repeats a column',
    inputs: [float([2, 3]), float([2, 1], [10, 20])],
    apply: add,
    expected: float([2, 3], [11, 12, 13, 24, 25, 26]),
  },
  {
    name: 'add repeats a column and a row against each other',
    inputs: [float([2, 1], [10, 20]), float([1, 3])],
    apply: add,
    expected: float([2, 3], [11, 12, 13, 21, 22, 23]),
  },
  {
    name: 'add repeats the first operand as well',
    inputs: [float([2], [10, 20]), float([3, 1, 2])],
    apply: add,
    expected: float([3, 1, 2], [11, 22, 13, 24, 15, 26]),
  },
  {
    name: 'add of nothing is empty',
    inputs: [float([0, 2]), float([1, 2])],
    apply: add,
    expected: float([0, 2], []),
  },
  {
    name: 'mul multiplies entry by entry',
    inputs: [float([2, 2]), float([2, 2], [10, 20, 30, 40])],
    apply: mul,
    expected: float([2, 2], [10, 40, 90, 160]),
  },
  {
    name: 'mul repeats a scalar',
    inputs: [float([2, 2]), float([], [-2])],
    apply: mul,
    expected: float([2, 2], [-2, -4, -6, -8]),
  },
  {
    name: 'mul repeats along a middle axis',
    inputs: [float([2, 1, 2]), float([2, 1], [1, 10])],
    apply: mul,
    expected: float([2, 2, 2], [1, 2, 10, 20, 3, 4, 30, 40]),
  },
  {
    name: 'gather picks rows, also twice and in any order',
    inputs: [float([3, 2]), int([4], [2, 0, 2, 1])],
    apply: gather,
    expected: float([4, 2], [5, 6, 1, 2, 5, 6, 3, 4]),
  },
  {
    name: 'gather takes indices of two axes',
    inputs: [float([3, 2]), int([2, 2], [0, 1, 2, 0])],
    apply: gather,
    expected: float([2, 2, 2], [1, 2, 3, 4, 5, 6, 1, 2]),
  },
  {
    name: 'gather picks from a vector',
    inputs: [float([3]), int([2, 1], [2, 0])],
    apply: gather,
    expected: float([2, 1], [3, 1]),
  },
  {
    name: 'gather picks from a table of three axes',
    inputs: [float([2, 2, 2]), int([1], [1])],
    apply: gather,
    expected: float([1, 2, 2], [5, 6, 7, 8]),
  },
  {
    name: 'gather of an int32 table stays int32',
    inputs: [int([3, 2]), int([2], [2, 1])],
    apply: gather,
    expected: int([2, 2], [5, 6, 3, 4]),
  },
  {
    name: 'gather takes gathered indices',
    inputs: [float([3, 1], [10, 20, 30]), int([4], [2, 1, 0, 1]), int([2], [0, 3])],
    apply: <T>(ops: TensorOps<T>, [table, codes, ids]: readonly T[]) => ops.gather(table, ops.gather(codes, ids)),
    expected: float([2, 1], [30, 20]),
  },
  {
    name: 'reshape keeps row-major order',
    inputs: [float([2, 3])],
    apply: reshape([3, 2]),
    expected: float([3, 2]),
  },
  {
    name: 'reshape adds and removes axes',
    inputs: [float([4, 1])],
    apply: reshape([1, 2, 2]),
    expected: float([1, 2, 2]),
  },
  {
    name: 'reshape makes a scalar a matrix',
    inputs: [float([], [7])],
    apply: reshape([1, 1]),
    expected: float([1, 1], [7]),
  },
  {
    name: 'reshape fills in a side of -1',
    inputs: [float([2, 3])],
    apply: reshape([-1, 2]),
    expected: float([3, 2]),
  },
  {
    name: 'reshape of int32 stays int32',
    inputs: [int([2, 2])],
    apply: reshape([4]),
    expected: int([4]),
  },
  {
    name: 'transpose reverses the axes',
    inputs: [float([2, 3])],
    apply: transpose(),
    expected: float([3, 2], [1, 4, 2, 5, 3, 6]),
  },
  {
    name: 'transpose reverses three axes',
    inputs: [float([2, 1, 3])],
    apply: transpose(),
    expected: float([3, 1, 2], [1, 4, 2, 5, 3, 6]),
  },
  {
    name: 'transpose puts axes in the order given',
    inputs: [float([2, 2, 3])],
    apply: transpose([0, 2, 1]),
    expected: float([2, 3, 2], [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12]),
  },
  {
    name: 'transpose is not its inverse for three axes in turn',
    inputs: [float([2, 1, 3])],
    apply: transpose([2, 0, 1]),
    expected: float([3, 2, 1], [1, 4, 2, 5, 3, 6]),
  },
  {
    name: 'transpose of int32 stays int32',
    inputs: [int([2, 2])],
    apply: transpose(),
    expected: int([2, 2], [1, 3, 2, 4]),
  },
  {
    name: 'slice takes a block',
    inputs: [float([3, 3])],
    apply: slice([1, 0], [2, 2]),
    expected: float([2, 2], [4, 5, 7, 8]),
  },
  {
    name: 'slice takes everything',
    inputs: [float([2, 2])],
    apply: slice([0, 0], [2, 2]),
    expected: float([2, 2]),
  },
  {
    name: 'slice takes a block of three axes',
    inputs: [float([2, 2, 3])],
    apply: slice([1, 0, 1], [1, 2, 2]),
    expected: float([1, 2, 2], [8, 9, 11, 12]),
  },
  {
    name: 'slice reaches to the end with a size of -1',
    inputs: [float([3, 3])],
    apply: slice([1, 0], [-1, 2]),
    expected: float([2, 2], [4, 5, 7, 8]),
  },
  {
    name: 'slice of int32 stays int32',
    inputs: [int([4])],
    apply: slice([1], [2]),
    expected: int([2], [2, 3]),
  },
];
