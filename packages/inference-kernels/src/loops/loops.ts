// The interface of the products that kernels use, implemented in SIMD and in plain JavaScript.
import type { Tensor } from '@tensorflow/tfjs-core';

/** Lists of numbers that loops read. */
export type Numbers = Uint8Array | Uint16Array | Uint32Array | Float32Array;

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

/** A sparse matrix `[m, n]`, row after row. */
export interface SparseMatrix<R> {
  readonly rows: number;
  readonly cols: number;
  /** uint32 `[m]`: where the entries of each row end. */
  readonly ends: R;
  /** uint16: the column of each entry. */
  readonly columns: R;
  /** float32: the value of each entry. */
  readonly values: R;
}

/** A matrix `[m, n]` whose rows are cut into pieces, each a sparse sum of atoms. */
export interface DictionaryMatrix<R> {
  readonly rows: number;
  readonly cols: number;
  /** uint32 `[pieces, m]`: where the code of each piece of a row ends. All rows of the first piece come first. */
  readonly ends: R;
  /** uint16: the atom of each entry. */
  readonly positions: R;
  /** float32: the value of each entry. */
  readonly values: R;
  /** float32 `[count, length]`. */
  readonly atoms: R;
  readonly count: number;
  readonly length: number;
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
  /** Frees the held memory. Numbers in place stay. */
  release(numbers: R): void;
  codebook(x: Tensor, matrix: CodebookMatrix<R>): Tensor;
  bytes(x: Tensor, matrix: ByteMatrix<R>): Tensor;
  blocks(x: Tensor, matrix: BlockMatrix<R>): Tensor;
  sparse(x: Tensor, matrix: SparseMatrix<R>): Tensor;
  dictionary(x: Tensor, matrix: DictionaryMatrix<R>): Tensor;
}
