// What a format can do besides its five duties: products, training, entropy coding. Everything here is optional.
import type { TensorOps } from '../tensors/tensor-ops.ts';
import type { Factor, Factorization, MatrixForm } from './factors.ts';
import type { PackedMatrix, PackedTensor } from './packed-matrix.ts';

/** How often each value of a trainable factor is used; the two multiply where both are given. */
export interface Sharing<K extends string = string> {
  /** The int32 factor whose entries are the rows of this factor in use, such as the encoding of a codebook. */
  readonly rows?: K;
  /** How often the form uses every value, such as one small block that the matrix repeats. */
  readonly times?: number;
}

/** The multiples of a scale of which a matrix is made. */
export interface Grid<K extends string = string> {
  /**
   * The factor `[m, n]`, not trainable, by whose entries `reconstruct` multiplies the scales that the other factors give: twice the factor is
   * twice the matrix.
   */
  readonly factor: K;
  /** The distance of neighbouring values of this factor, above 0, from the values that it has now. */
  spacing(values: Float32Array): number;
}

/**
 * Takes the entropy coding off a stored matrix and puts it on again. A host that unpacks a matrix many times, or computes with its stored
 * form, holds the decoded form in memory and saves the coded one.
 */
export interface StorageCodec {
  /**
   * The matrix with packed bits in place of its coded tensors; `unpack` reads both. The given object if nothing is coded. Undefined if
   * `encode` cannot restore the given tensors, as in a file of a writer that codes in another way.
   *
   * @throws GCompressError what `unpack` throws for damaged tensors.
   */
  decode(packed: PackedMatrix): PackedMatrix | undefined;
  /**
   * The inverse: the tensors that `decode` was given, bit for bit.
   *
   * @param names the names of these tensors.
   */
  encode(decoded: PackedMatrix, names: readonly string[]): Readonly<Record<string, PackedTensor>>;
}

/** The optional members of a format. Omit what it does not need; hosts then use `reconstruct`. */
export interface FormatAbilities<K extends string = string> {
  /**
   * For formats that are a plain matrix product: the names of the factors in order, so that
   * `Ŵ = factors[0] · factors[1] · …`. A host can then express a layer as a chain of its own stock layers.
   */
  readonly product?: readonly K[];
  /**
   * The values of the matrix `[m, n]`, row-major, from factors in plain arrays, where a program of its own is cheaper than `reconstruct`
   * with the operations of the CPU. Equal to its result but for rounding; undefined for forms that it does not cover.
   */
  dense?(factors: Readonly<Record<K, Factor>>, form: MatrixForm): Float32Array | undefined;
  /** `x [b, m] · Ŵ → [b, n]`, where that is cheaper than reconstructing. */
  multiply?<T>(ops: TensorOps<T>, x: T, factors: Readonly<Record<K, T>>, form: MatrixForm): T;
  /** True if {@link multiply} is cheaper for this form; hosts otherwise reconstruct Ŵ and multiply by it. Omit it if it always is. */
  multiplyPays?(form: MatrixForm): boolean;
  /** Rows of Ŵ by int32 `ids [q] → [q, n]`, where that is cheaper than reconstructing. */
  lookup?<T>(ops: TensorOps<T>, ids: T, factors: Readonly<Record<K, T>>, form: MatrixForm): T;
  /**
   * Masks the uncompressed matrix `[m, n]` while it is still blended in (alpha above 0), so that pruned weights cannot come back.
   * For compressors with `atStep`. Omit it for no mask.
   */
  remaining?<T>(ops: TensorOps<T>, matrix: T, factors: Readonly<Record<K, T>>, form: MatrixForm): T;
  /**
   * The trainable factors whose values several entries of the matrix share. The gradient of a shared value is the sum over its uses.
   * A host divides it by their number, so that the learning rate of the uncompressed network still works. Omit it if no value is shared.
   */
  sharing?(form: MatrixForm): { readonly [factor in K]?: Sharing<K> };
  /**
   * For formats whose entries are multiples of a scale: where the multiples are. A host that trains then rounds the matrix anew in every step,
   * with the gradients of the rounded matrix passed on as they are (the straight-through estimator, Bengio et al., arXiv 1308.3432).
   * Undefined for forms whose entries follow another rule.
   */
  grid?(form: MatrixForm): Grid<K> | undefined;
  /** The factors without parts that contribute nothing, such as zero padding. */
  trim?(factorization: Factorization<K>): Factorization<K>;
  /** For formats that entropy-code tensors: the same matrix without entropy coding, and back. */
  readonly codec?: StorageCodec;
}
