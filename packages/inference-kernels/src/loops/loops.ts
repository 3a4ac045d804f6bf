// The interface of the products that kernels use, implemented in SIMD and in plain JavaScript.
import type { Tensor } from '@tensorflow/tfjs-core';

/** Lists of numbers that loops read. */
export type Numbers = Uint8Array | Int8Array | Uint16Array | Int16Array | Float32Array;

/** A matrix `[m, n]` of 4-bit codes. */
export interface CodebookMatrix<R> {
  readonly rows: number;
  readonly cols: number;
  /** `m` rows of `stride` bytes, two codes a byte, the lower half first. */
  readonly codes: R;
  readonly stride: number;
  /** 16 float32 levels. */
  readonly levels: R;
}

/** A matrix `[m, n]` of 8-bit codes. */
export interface ByteMatrix<R> {
  readonly rows: number;
  readonly cols: number;
  /** uint8 `[m, n]`, each below the number of levels. */
  readonly codes: R;
  /** float32, one for each level. */
  readonly levels: R;
}

/** A matrix `[m, n]` whose rows are cut into blocks, each a row of a codebook. */
export interface BlockMatrix<R> {
  readonly rows: number;
  readonly cols: number;
  /** uint8 `[m, blocks]`, each below `count`. */
  readonly codes: R;
  readonly blocks: number;
  /** float32 `[count, length]`. */
  readonly codebook: R;
  readonly count: number;
  readonly length: number;
}

/** Nonzeros in the narrowest types. */
export interface SparseCodes<R> {
  /** Unsigned: the nonzeros of each row. */
  readonly counts: R;
  readonly countBytes: 1 | 2;
  /** Unsigned: the column of each nonzero. */
  readonly columns: R;
  readonly columnBytes: 1 | 2;
  /** Signed multiples of `step` in 1 or 2 bytes, or float32 in 4. */
  readonly values: R;
  readonly valueBytes: 1 | 2 | 4;
  /** 1 for float32 values. */
  readonly step: number;
}

/** A sparse matrix `[m, n]`, row after row. */
export interface SparseMatrix<R> extends SparseCodes<R> {
  readonly rows: number;
  readonly cols: number;
}

/** A matrix `[m, n]` whose rows are cut into pieces, each a sparse sum of atoms. All rows of the first piece come first. */
export interface DictionaryMatrix<R> extends SparseCodes<R> {
  readonly rows: number;
  readonly cols: number;
  /** float32 `[count, length]`. */
  readonly atoms: R;
  readonly count: number;
  readonly length: number;
}

/** A rotation of m axes, as pairs of axes that are turned by 45°. */
export interface Turns<R> {
  /** uint16 `[count, 2]`. */
  readonly pairs: R;
  readonly count: number;
}

/** Coordinates of x that signs belong to: the first `planes` after a rotation, times `length`. */
export interface SignBlock {
  /** Index of the rotation; undefined for none. */
  readonly rotation?: number;
  readonly length: number;
  readonly planes: number;
}

/** A matrix `[m, n]` of signs of coordinates, times a scale a column. */
export interface SignMatrix<R> {
  readonly cols: number;
  readonly rotations: readonly Turns<R>[];
  readonly blocks: readonly SignBlock[];
  /** Groups of eight coordinates; the last one is filled up with zeros. */
  readonly groups: number;
  /** The signs of a group a byte: four groups side by side `[⌊groups / 4⌋, n, 4]`, then the last groups `[n]` each. */
  readonly codes: R;
  /** float32 `[n]`. */
  readonly scales: R;
}

/**
 * Products `x [b, m] · W → [b, n]` of float32 tensors with matrices in compressed form. Call them in a tidy. Check every list of codes before:
 * the loops do not.
 *
 * @typeParam R numbers in the memory that the loops compute on.
 */
export interface Loops<R = unknown> {
  /** True if the loops are compiled to SIMD. */
  readonly simd: boolean;
  /** Copies numbers into the memory of the loops. */
  hold(numbers: Numbers): R;
  /** The numbers in the words of a tensor, in place if possible. */
  borrow(tensor: Tensor, type: 'float32' | 'uint8'): R;
  /** Bytes that are held, 0 for numbers in place. */
  heldBytes(numbers: R): number;
  /** A copy of the bytes of numbers. */
  bytesOf(numbers: R): Uint8Array<ArrayBuffer>;
  /** Frees the held memory. Numbers in place stay. */
  release(numbers: R): void;
  codebook(x: Tensor, matrix: CodebookMatrix<R>): Tensor;
  bytes(x: Tensor, matrix: ByteMatrix<R>): Tensor;
  blocks(x: Tensor, matrix: BlockMatrix<R>): Tensor;
  signs(x: Tensor, matrix: SignMatrix<R>): Tensor;
  sparse(x: Tensor, matrix: SparseMatrix<R>): Tensor;
  dictionary(x: Tensor, matrix: DictionaryMatrix<R>): Tensor;
}
