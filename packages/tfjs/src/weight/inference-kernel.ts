// The contract of kernels that multiply by a matrix in its stored form, for one format on one backend.
import {
  type CompressedFormat,
  GCompressError,
  type MatrixForm,
  type PackedMatrix,
  type PackedTensor,
} from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { PackedDtype } from '@gcompress/core/storage';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A stored matrix without the values of its tensors. */
export interface StoredForm extends MatrixForm {
  /** Shape and type of each stored tensor. */
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly dtype: PackedDtype }>>;
}

/** A stored matrix that a kernel prepares for, without entropy coding: `format.codec` has decoded it. */
export interface KernelSource {
  readonly format: CompressedFormat;
  readonly form: StoredForm;
  /**
   * The tensors of the layer that hold the stored bytes: float32 values as they are, all other values as int32 words. They live as long
   * as the prepared handle, so a kernel may read them in place, except those that it takes over. It never disposes them.
   */
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** A copy of the stored values, which `format.unpack` takes. Waits for the device on backends that compute on one. */
  packed(): PackedMatrix;
}

/** The stored tensors that the handle of a kernel replaces, so that nothing is held twice. */
export interface TakenOver {
  /** Names of tensors of the source that the kernel no longer reads. The host frees them. */
  readonly names: readonly string[];
  /** Tensors that say the same, to save and to unpack the matrix: `format.codec` turns them into the stored ones, bit for bit. */
  restore(): Readonly<Record<string, PackedTensor>>;
}

/** Numbers of rows of x `[b, m]`, or of ids: from `from` to `to`, both included; without `to` all from `from` on. */
export interface BatchRange {
  /** At least 1. */
  readonly from: number;
  readonly to?: number;
}

/**
 * Multiplies by matrices of one format in their stored form, on one backend of TensorFlow.js. Anyone can write one; hosts take kernels as
 * an option and never look for them elsewhere.
 *
 * @typeParam H what the kernel prepares once for each matrix.
 */
export interface InferenceKernel<H = unknown> {
  /** Id of the format, such as `'kmeans'`. */
  readonly format: string;
  /** Name of the backend, such as `'wasm'`. */
  readonly backend: string;
  /** True if the kernel can multiply by matrices of this form. The form may come from a hostile file; nothing may be allocated from it. */
  supports(form: StoredForm): boolean;
  /**
   * The batches for which products with this form take less time than products with the dense matrix, and than products with its factors where the
   * format multiplies by them: true for all, false for none. Asked only for supported forms.
   */
  pays(form: StoredForm): boolean | BatchRange;
  /**
   * Prepares for products with a stored matrix, once. Called in a tidy, so tensors of the handle must be kept with `tf.keep`.
   *
   * @throws GCompressError `file-tensor` and the other errors of `format.unpack` for damaged values.
   */
  prepare(source: KernelSource): H;
  /** `x [b, m] · Ŵ → [b, n]`, float32. The caller owns the result. Called in a tidy. */
  multiply(x: Tensor, handle: H): Tensor;
  /**
   * `y [b, n] · Ŵᵀ → [b, m]`, float32, for gradients by x. The caller owns the result. Called in a tidy. Without it, each gradient unpacks the matrix,
   * which reads stored values back from devices.
   */
  multiplyTransposed?(y: Tensor, handle: H): Tensor;
  /** Rows of Ŵ by int32 `ids [q] → [q, n]`. Without it, look-ups use the factors or the dense matrix. */
  lookup?(ids: Tensor, handle: H): Tensor;
  /** What the handle replaces. Without it, the layer holds all stored tensors beside the handle. */
  takenOver?(handle: H): TakenOver | undefined;
  /** Bytes that the handle holds, without the tensors of the layer. */
  heldBytes(handle: H): number;
  /** Frees what the handle holds. */
  dispose(handle: H): void;
}

const FUNCTIONS = ['supports', 'pays', 'prepare', 'multiply', 'heldBytes', 'dispose'] as const;

/**
 * Checks a list of kernels.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertInferenceKernels(where: string, kernels: unknown): asserts kernels is readonly InferenceKernel[] {
  if (Array.isArray(kernels) && kernels.every(isKernel)) return;
  const other: unknown = Array.isArray(kernels) ? kernels.find((kernel) => !isKernel(kernel)) : kernels;
  throw new GCompressError('invalid-option', {
    where: `${where} inferenceKernels`,
    expected: `a list of kernels, each with format, backend, ${FUNCTIONS.join(', ')}`,
    actual: Array.isArray(kernels) ? `a list with ${describeValue(other)}` : describeValue(other),
    hint: 'Pass what inferenceKernels() of @gcompress/inference-kernels returns, or kernels of your own.',
  });
}

function isKernel(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const kernel = value as Partial<InferenceKernel>;
  if (typeof kernel.format !== 'string' || typeof kernel.backend !== 'string') return false;
  const optional = [kernel.multiplyTransposed, kernel.lookup, kernel.takenOver];
  if (optional.some((member) => member !== undefined && typeof member !== 'function')) return false;
  return FUNCTIONS.every((name) => typeof kernel[name] === 'function');
}
