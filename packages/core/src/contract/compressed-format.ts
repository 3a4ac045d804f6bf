// The decoder half of a method: how a matrix comes back from its factors, and how they are stored.
import type { ReadLimits } from '../checks/size-limit.ts';
import type { TensorOps } from '../tensors/tensor-ops.ts';
import type { Factor, Factorization, MatrixForm } from './factors.ts';
import type { FormatAbilities } from './format-abilities.ts';
import type { PackedMatrix, PackedTensor } from './packed-matrix.ts';

/**
 * A decoder: how a matrix comes back from its factors. Stateless and without hyperparameters, so that a page which only
 * decodes carries no encoder. Import nothing but `@gcompress/core` here.
 */
export interface CompressedFormat<K extends string = string> extends FormatAbilities<K> {
  /** Unique; `'lowrank'`, or `'acme/tensor-train'` for packages outside the scope. */
  readonly id: string;
  /** Version of the stored form, not of the npm package. Readers refuse newer ones and go on reading older ones. */
  readonly version: number;
  /** The matrix `[m, n]`. Zero padding at the end of any axis of any factor must not change it. */
  reconstruct<T>(ops: TensorOps<T>, factors: Readonly<Record<K, T>>, form: MatrixForm): T;
  /** The stored form: as few bytes as possible, everything that {@link unpack} needs. */
  pack(factorization: Factorization<K>): Record<string, PackedTensor>;
  /**
   * The working form. The input may be hostile: check each tensor with `packedTensor` of `./storage`, and check indices and sizes before
   * allocating from them. Hold derived arrays that are larger than the matrix to `limits.maxElements` with `assertElementLimit` of `./checks`.
   */
  unpack(packed: PackedMatrix, limits?: ReadLimits): Record<K, Factor>;
}
