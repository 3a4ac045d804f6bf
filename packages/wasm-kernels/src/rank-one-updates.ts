// Rank-one updates of matrices in WebAssembly memory; the portable kernels update all other matrices.
import type { Kernels } from '@gcompress/core';
import type { View64 } from '@gcompress/core/hosts';
import { portableKernels } from '@gcompress/linalg';
import type { Module } from './module/web-assembly.ts';
import { Workspace } from './module/workspace.ts';

type Update = 'updateThenMultiply' | 'updateThenMultiplyTransposed' | 'updateThenMultiplySymmetric';
type Vectors = readonly [Float64Array, Float64Array, Float64Array, Float64Array];

/** Below this many entries, a separate memory costs more than the updates gain. */
const SMALL = 96 * 96;
const BYTES = 8;

/** Makes matrices in WebAssembly memory, and updates them there. */
export function rankOneUpdates(module: Module): Required<Pick<Kernels, Update | 'allocate'>> {
  const homes = new WeakMap<ArrayBufferLike, Home>();
  const updateBy =
    (name: Update): Kernels[Update] =>
    (a, ...vectors) => {
      const home = homes.get(a.data.buffer);
      if (home) home.update(name, a, vectors);
      else portableKernels[name](a, ...vectors);
    };
  return {
    allocate(rows, cols) {
      if (rows * cols < SMALL) return rowMajor(new Float64Array(rows * cols), rows, cols);
      const home = new Home(rows, cols, new Workspace(module));
      homes.set(home.matrix.data.buffer, home);
      return home.matrix;
    },
    updateThenMultiply: updateBy('updateThenMultiply'),
    updateThenMultiplyTransposed: updateBy('updateThenMultiplyTransposed'),
    updateThenMultiplySymmetric: updateBy('updateThenMultiplySymmetric'),
  };
}

/** A matrix at the start of its own memory, with room for four vectors. The memory never grows, so arrays in it stay valid. */
class Home {
  readonly matrix: View64;
  readonly #vectors: readonly [number, number, number, number];

  constructor(
    rows: number,
    cols: number,
    readonly workspace: Workspace,
  ) {
    const length = BYTES * Math.max(rows, cols);
    const end = BYTES * rows * cols;
    workspace.reserve(end + 4 * length);
    this.matrix = rowMajor(workspace.float64(0, rows * cols), rows, cols);
    this.#vectors = [end, end + length, end + 2 * length, end + 3 * length];
  }

  /** Updates a block of the matrix by x (one entry a row) and y (one entry a column), and writes its product with `factor` to `product`. */
  update(name: Update, { offset, rows, cols, rowStride }: View64, [x, y, factor, product]: Vectors): void {
    const { workspace } = this;
    const [xs, ys, factors, products] = this.#vectors;
    const [given, made] = name === 'updateThenMultiplyTransposed' ? [rows, cols] : [cols, rows];
    workspace.float64(xs, rows).set(x.subarray(0, rows));
    workspace.float64(ys, cols).set(y.subarray(0, cols));
    workspace.float64(factors, given).set(factor.subarray(0, given));
    const result = workspace.float64(products, made).fill(0);
    workspace.loops[name](BYTES * offset, rows, cols, BYTES * rowStride, xs, ys, factors, products);
    product.set(result);
  }
}

function rowMajor(data: Float64Array, rows: number, cols: number): View64 {
  return { data, rows, cols, offset: 0, rowStride: cols, colStride: 1 };
}
