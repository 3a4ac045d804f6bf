import { GCompressError, type ProgressOptions } from '@gcompress/core';
import { assertNumber } from '@gcompress/core/checks';
import { assertNumbers } from './arguments.ts';
import { listened } from './paced.ts';
import { type Dense, squareViewOf } from './view.ts';

/**
 * The lower triangular factor L of a symmetric positive definite matrix `A = L·Lᵀ`, which can grow by one row and column at
 * a time, as orthogonal matching pursuit needs it.
 */
export class Cholesky {
  readonly #factor: Float64Array;
  #size = 0;

  /**
   * An empty factor that can grow to `capacity` rows, at most 16384.
   *
   * @throws GCompressError `invalid-option`.
   */
  constructor(readonly capacity: number) {
    assertNumber('Cholesky', 'capacity', capacity, { min: 0, max: MOST_ROWS, integer: true });
    this.#factor = new Float64Array(capacity * capacity);
  }

  /** Rows that A has now. */
  get size(): number {
    return this.#size;
  }

  /**
   * Takes away the rows from `size` on; the rest of the factor stays valid.
   *
   * @throws GCompressError `invalid-option` for anything but a size.
   */
  truncate(size: number): void {
    assertNumber('Cholesky.truncate', 'size', size, { min: 0, integer: true });
    this.#size = Math.min(size, this.#size);
  }

  /**
   * Appends a row and column to A, in `size²` operations.
   *
   * @param row the entries of the new row up to the diagonal, `[size + 1]`; longer arrays are read so far.
   * @returns false, and A stays as it is, when it would lose positive definiteness to working precision: what the rows
   * before leave of the diagonal is at most `2⁻⁴⁰` of it.
   * @throws GCompressError `shape-mismatch` when the capacity is used up or the row is too short.
   */
  append(row: ArrayLike<number>): boolean {
    assertNumbers('Cholesky.append', row);
    const size = this.#size;
    if (size === this.capacity || row.length <= size) {
      throw new GCompressError('shape-mismatch', {
        where: 'Cholesky.append',
        expected: `${size + 1} values and room for them`,
        actual: `${row.length} values, room for ${this.capacity} rows`,
      });
    }
    const factor = this.#factor;
    const at = size * this.capacity;
    let rest = row[size];
    for (let i = 0, start = 0; i < size; i++, start += this.capacity) {
      let sum = row[i];
      for (let j = 0; j < i; j++) sum -= factor[start + j] * factor[at + j];
      const entry = sum / factor[start + i];
      factor[at + i] = entry;
      rest -= entry * entry;
    }
    if (!(rest > row[size] * SMALLEST_PIVOT)) return false;
    factor[at + size] = Math.sqrt(rest);
    this.#size++;
    return true;
  }

  /**
   * Solves `A·x = b` for `b [size]`.
   *
   * @param into where x goes, `[size]` or longer; may be `b` itself.
   * @throws GCompressError `invalid-matrix` or `shape-mismatch` for anything but an array of that length.
   */
  solve(b: ArrayLike<number>, into: Float64Array = new Float64Array(this.#size)): Float64Array {
    const where = 'Cholesky.solve';
    const size = this.#size;
    assertNumbers(where, b, size);
    assertNumbers(where, into, size);
    const width = this.capacity;
    const factor = this.#factor;
    for (let i = 0; i < size; i++) {
      let sum = b[i];
      for (let j = 0; j < i; j++) sum -= factor[i * width + j] * into[j];
      into[i] = sum / factor[i * width + i];
    }
    for (let i = size - 1; i >= 0; i--) {
      let sum = into[i];
      for (let j = i + 1; j < size; j++) sum -= factor[j * width + i] * into[j];
      into[i] = sum / factor[i * width + i];
    }
    return into;
  }
}

/** Rows of the largest factor, 2 GiB. */
const MOST_ROWS = 2 ** 14;

/** Part of a diagonal entry that must be left of it: 2⁻⁴⁰. */
const SMALLEST_PIVOT = 1 / 0x10000000000;

/**
 * Factors symmetric positive definite `a [n, n]`, whose lower triangle is read.
 *
 * @throws GCompressError `invalid-matrix` when it is not positive definite to working precision; `shape-mismatch` when it
 * is not square; the signal's reason when aborted.
 */
export function choleskyFactor(a: Dense, progress: ProgressOptions = {}): Cholesky {
  const where = 'choleskyFactor';
  const { rows: size } = squareViewOf(a, where);
  return listened(where, progress, size ** 3 / 6, (onWork) => {
    const cholesky = new Cholesky(size);
    for (let i = 0; i < size; i++) {
      onWork?.((i * i) / 2);
      if (cholesky.append(a.data.subarray(i * size, (i + 1) * size))) continue;
      throw new GCompressError('invalid-matrix', {
        where,
        expected: 'a positive definite matrix',
        actual: `one that is not in row ${i}`,
        hint: 'Add a small multiple of the identity.',
      });
    }
    return cholesky;
  });
}
