// Fits the factors of an input/output matrix.
import {
  type Factor,
  floatFactor,
  type Kernels,
  type Matrix,
  type ProgressOptions,
  partialProgress,
} from '@gcompress/core';
import { type Dense, gram, multiply, symmetricEigen } from '@gcompress/linalg';
import { factorShapes, type Side, type Sides } from '../formats/input-output-format.ts';

/** The most sweeps over both sides. */
const MAX_SWEEPS = 20;
/** Sweeps end when a sweep raises the kept energy by at most this part. */
const SMALLEST_GAIN = 1e-5;

/** Who multiplies, and who hears of a piece of the work. */
interface Work {
  readonly kernels: Kernels | undefined;
  readonly progress: ProgressOptions;
}

/** Orthonormal columns `[t, t/g]` that shorten blocks of a side, and the energy ‖A·diag(basis, …)‖² that they keep. */
interface Basis {
  readonly vectors: Dense;
  readonly kept: number;
}

/**
 * Factors `b`, `c`, `d` near the smallest error. With one side the result is the optimum: `b` or `d` are the leading principal directions
 * of all blocks of the side. With both sides, the output is shortened in this way first. Then each side in turn is replaced by the best
 * choice for the other (higher-order orthogonal iteration; De Lathauwer, De Moor and Vandewalle, 2000), which never increases the error.
 * `b` has orthonormal columns and `d` orthonormal rows; `c` is the matrix projected on both.
 */
export function fitInputOutput(
  matrix: Matrix,
  { input, output }: Sides,
  options: ProgressOptions & { readonly kernels?: Kernels },
): Record<string, Factor> {
  const work = (from: number, to: number): Work => ({
    kernels: options.kernels,
    progress: partialProgress(options, from, to),
  });
  const byColumn = turned(matrix);
  let d = output && leadingBasis(matrix, output, work(0, 0.1));
  let b = input && leadingBasis(turned(shortened(matrix, output, d, work(0.1, 0.15))), input, work(0.15, 0.2));
  for (let sweep = 0; input && output && b && d && sweep < MAX_SWEEPS; sweep++) {
    const part = (from: number, to: number) =>
      work(0.2 + (0.7 * (sweep + from)) / MAX_SWEEPS, 0.2 + (0.7 * (sweep + to)) / MAX_SWEEPS);
    const before = d.kept;
    d = leadingBasis(turned(shortened(byColumn, input, b, part(0, 0.25))), output, part(0.25, 0.5));
    b = leadingBasis(turned(shortened(matrix, output, d, part(0.5, 0.75))), input, part(0.75, 1));
    if (sweep > 0 && d.kept - before <= SMALLEST_GAIN * before) break;
  }
  const narrow = turned(shortened(matrix, output, d, work(0.9, 0.95)));
  const core = turned(shortened(narrow, input, b, work(0.95, 1)));
  const shapes = factorShapes(matrix.shape, { input, output });
  return {
    ...(b && { b: floatFactor(shapes.b, Float32Array.from(b.vectors.data)) }),
    c: floatFactor(shapes.c, Float32Array.from(core.data)),
    ...(d && { d: floatFactor(shapes.d, Float32Array.from(turned(d.vectors).data)) }),
  };
}

/** The basis that keeps the most energy of `a [q, n]`, whose columns are the side. */
function leadingBasis(a: Dense, { block, factor }: Side, { kernels, progress }: Work): Basis {
  const size = block / factor;
  const squares = gram(inBlocks(a, block), kernels, partialProgress(progress, 0, 0.5));
  const { values, vectors } = symmetricEigen(squares, size, kernels, partialProgress(progress, 0.5, 1));
  return { vectors, kept: values.subarray(0, size).reduce((sum, value) => sum + value, 0) };
}

/** `a [q, n]·diag(basis, …)`, of shape `[q, n/g]`; `a` itself for a side that is not shortened. */
function shortened(a: Dense, side: Side | null, basis: Basis | null, { kernels, progress }: Work): Dense {
  if (!side || !basis) return a;
  const { data } = multiply(inBlocks(a, side.block), basis.vectors, kernels, progress);
  return { shape: [a.shape[0], a.shape[1] / side.factor], data };
}

/** The blocks of each row of `a`, one below the other. */
function inBlocks({ data }: Dense, block: number): Dense {
  return { shape: [data.length / block, block], data };
}

/** The transpose, copied. */
function turned({ shape, data }: Dense): Dense {
  const [rows, cols] = shape;
  const copy = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) copy[j * rows + i] = data[i * cols + j];
  }
  return { shape: [cols, rows], data: copy };
}
