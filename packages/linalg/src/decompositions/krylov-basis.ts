// A growing orthonormal basis of a block Krylov space.
import type { Kernels, Random } from '@gcompress/core';
import type { HeldMatrix } from '@gcompress/core/hosts';
import { block, copied, copyInto, denseOf, transposed, type View, type View64, zeros } from '../views/view.ts';
import { choleskyRows } from './cholesky-qr.ts';
import { type OrthonormalRows, orthonormalRows } from './qr.ts';
import { type SymmetricEigen, symmetricEigen } from './symmetric-eigen.ts';

/** The result of {@link KrylovBasis.extend}: `X·AᵀA = S·Q + Rᵀ·N` for the rows X appended to the basis Q. */
export interface Extension {
  /** The next block N of the Krylov space: orthonormal rows `[width, n]`, orthogonal to the basis. */
  readonly next: View64;
  /** R, `[width, width]`. */
  readonly residual: View64;
}

/** Part of the energy `‖A‖²` that counts as rounding error. */
const ROUNDING = 1e-15;

/** Most orthogonalisations of a block; two suffice unless the block lies in the basis up to rounding. */
const MOST_PASSES = 4;

/** A growing orthonormal basis Q, as rows, of a subspace of the row space of a matrix A, with the projection `T = Q·AᵀA·Qᵀ`. */
export class KrylovBasis {
  #size = 0;
  readonly #q: View64;
  readonly #t: View64;

  /**
   * @param a the matrix `[m, n]`.
   * @param held A as held by the kernels for float32 products; without it, A is multiplied in float64.
   * @param energy `‖A‖²`, the scale of rounding.
   * @param capacity the most rows that the basis can have.
   */
  constructor(
    readonly a: View,
    readonly held: HeldMatrix | undefined,
    readonly energy: number,
    readonly capacity: number,
    readonly random: Random,
    readonly kernels: Kernels,
  ) {
    this.#q = zeros(capacity, a.cols);
    this.#t = zeros(capacity, capacity);
  }

  /** Number of rows so far. */
  get size(): number {
    return this.#size;
  }

  /** Random orthonormal rows `[width, n]`, orthogonal to the basis. */
  randomBlock(width: number): View64 {
    const rows = zeros(width, this.a.cols);
    this.#addNoise(rows, 1);
    return this.#orthogonalised(orthonormalRows(rows, this.kernels).q);
  }

  /** Appends rows `[width, n]` that are orthonormal and orthogonal to the basis. */
  extend(rows: View64): Extension {
    const { a, kernels } = this;
    const width = rows.rows;
    const from = this.#size;
    this.#size += width;
    copyInto(rows, block(this.#q, from, 0, width));

    const back = zeros(width, a.cols);
    this.#multiplySquare(rows, back);
    const projection = this.#removeProjection(back);
    copyInto(projection, block(this.#t, from, 0, width, this.#size));
    copyInto(transposed(projection), block(this.#t, 0, from, this.#size, width));

    const { q, r } = choleskyRows(back, kernels) ?? this.#completed(back);
    return { next: this.#orthogonalised(q), residual: r };
  }

  /** The eigenvalues of T, squares of approximate singular values, and the `count` leading eigenvectors. */
  ritz(count: number): SymmetricEigen {
    const size = this.#size;
    return symmetricEigen(denseOf(copied(block(this.#t, 0, 0, size, size))), count, this.kernels);
  }

  /** `Qᵀ·S [n, count]` for `s [size, count]`. */
  combine(s: View): View64 {
    const combined = zeros(this.a.cols, s.cols);
    this.kernels.multiply(transposed(block(this.#q, 0, 0, this.#size)), s, combined);
    return combined;
  }

  /**
   * Orthonormal rows, orthogonal to the basis, from orthonormal rows. The projection is repeated if it removes half of a
   * vector, because normalising the short remainder magnifies its remaining parts in the basis.
   */
  #orthogonalised(rows: View64): View64 {
    let current = rows;
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      this.#removeProjection(current);
      const { q, r } = choleskyRows(current, this.kernels) ?? this.#completed(current);
      current = q;
      if (smallestDiagonal(r) > 0.5) break;
    }
    return current;
  }

  /** Subtracts from the rows their projection `S·Q` on the basis; returns S. */
  #removeProjection(rows: View64): View64 {
    const basis = block(this.#q, 0, 0, this.#size);
    const s = zeros(rows.rows, this.#size);
    if (this.#size === 0) return s;
    this.kernels.multiply(rows, transposed(basis), s);
    this.kernels.multiply({ ...s, data: s.data.map((entry) => -entry) }, basis, rows, true);
    return s;
  }

  /** Orthonormal rows from any rows. Noise makes vanished directions random; exact zeros would give the same direction each time. */
  #completed(rows: View64): OrthonormalRows {
    this.#addNoise(rows, ROUNDING * (this.energy || 1));
    return orthonormalRows(rows, this.kernels);
  }

  /** `C = X·AᵀA`. */
  #multiplySquare(x: View64, c: View64): void {
    if (this.held) {
      this.held.multiplySquare(x, c);
      return;
    }
    const image = zeros(x.rows, this.a.rows);
    this.kernels.multiply(x, transposed(this.a), image);
    this.kernels.multiply(image, this.a, c);
  }

  /** Adds noise to each row, of norm about `size`. */
  #addNoise(rows: View64, size: number): void {
    const each = size / Math.sqrt(rows.cols);
    for (let i = 0; i < rows.data.length; i++) rows.data[i] += each * this.random.normal();
  }
}

/** The smallest diagonal entry of triangular `r [n, n]`, stored by rows or by columns. */
function smallestDiagonal({ data, rows }: View64): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rows; i++) smallest = Math.min(smallest, Math.abs(data[i * rows + i]));
  return smallest;
}
