// The tensor operations on typed arrays: the reference implementation.
import { GCompressError } from '../checks/errors.ts';
import { describeShape, describeValue } from '../checks/option-checks.ts';
import type { CpuTensor } from './cpu-loops.ts';
import * as loops from './cpu-loops.ts';
import { elementCount } from './element-count.ts';
import type { TensorOps } from './tensor-ops.ts';

/**
 * {@link TensorOps} over typed arrays: the reference implementation. Sums are accumulated in float64 and rounded to
 * float32 once; a zero in the left operand of `matMul` contributes nothing, whatever it meets. `reshape` shares the data of
 * its input; everything else returns new data. Every operation throws `shape-mismatch` for arguments that do not fit.
 */
export const cpuOps: TensorOps<CpuTensor> = {
  matMul(a, b) {
    assertTensors('matMul', a, b);
    const rank = a.shape.length;
    const fits =
      b.shape.length === rank &&
      rank >= 2 &&
      rank <= 3 &&
      a.shape[rank - 1] === b.shape[rank - 2] &&
      (rank === 2 || a.shape[0] === b.shape[0]);
    if (!fits) throw mismatch('matMul', '[m, k] and [k, n], or both with one batch axis', a, b);
    return loops.matMul(a, b);
  },

  add: (a, b) => checkedBroadcast('add', a, b),
  mul: (a, b) => checkedBroadcast('mul', a, b),

  gather(table, indices) {
    assertTensors('gather', table, indices);
    const [rows] = table.shape;
    if (rows === undefined || !(indices.data instanceof Int32Array)) {
      throw mismatch('gather', 'a table of at least one axis and int32 indices', table, indices);
    }
    const outside = indices.data.find((at) => !(at >= 0 && at < rows));
    if (outside !== undefined) throw argumentError('gather', `indices from 0 to ${rows - 1}`, `${outside}`);
    return loops.gather(table, indices);
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
    return loops.reshape(x, wanted);
  },

  transpose(x, permutation) {
    assertTensors('transpose', x);
    if (permutation === undefined || permutation === null) return loops.transpose(x);
    assertList('transpose', permutation);
    const rank = x.shape.length;
    if (permutation.length !== rank || !x.shape.every((_, axis) => permutation.includes(axis))) {
      throw mismatch('transpose', `each of ${rank} axes once`, x, { shape: permutation });
    }
    return loops.transpose(x, permutation);
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
    return loops.slice(x, begin, wanted);
  },
};

function checkedBroadcast(where: 'add' | 'mul', a: CpuTensor, b: CpuTensor): CpuTensor {
  assertTensors(where, a, b);
  const shape = loops.broadcastShape(a.shape, b.shape);
  const fits = [a, b].every((tensor) =>
    tensor.shape.every((side, axis) => [1, shape[axis + shape.length - tensor.shape.length]].includes(side)),
  );
  if (!fits) throw mismatch(where, 'shapes that broadcast', a, b);
  return where === 'add' ? loops.add(a, b) : loops.mul(a, b);
}

function assertTensors(where: string, ...tensors: readonly unknown[]): void {
  const wrong = tensors.findIndex((tensor) => {
    const { shape, data } = (tensor ?? {}) as Partial<CpuTensor>;
    return !Array.isArray(shape) || !(data instanceof Float32Array || data instanceof Int32Array);
  });
  if (wrong >= 0) throw argumentError(where, 'a tensor { shape, data }', describeValue(tensors[wrong]));
}

function assertList(where: string, list: unknown): void {
  if (!Array.isArray(list)) throw argumentError(where, 'a list of numbers', describeValue(list));
}

function mismatch(where: string, expected: string, a: { shape: readonly number[] }, b: { shape: readonly number[] }) {
  return argumentError(where, expected, `${describeShape(a.shape)} and ${describeShape(b.shape)}`);
}

function argumentError(where: string, expected: string, actual: string): GCompressError {
  return new GCompressError('shape-mismatch', { where, expected, actual });
}
