// The tensor operations that formats are written against.

/**
 * Everything that a reconstruction may use. The CPU supplies these on typed arrays ({@link cpuOps}), tfjs on tensors;
 * a format written against them runs, trains and saves on both. Each operation is differentiable in its float inputs.
 */
export interface TensorOps<T> {
  /** `[m, k]·[k, n] → [m, n]`, or with one leading batch axis in both, `[s, m, k]·[s, k, n] → [s, m, n]`. */
  matMul(a: T, b: T): T;
  /** Element-wise sum with NumPy broadcasting. */
  add(a: T, b: T): T;
  /** Element-wise product with NumPy broadcasting. */
  mul(a: T, b: T): T;
  /** Slices of `table` along its first axis; `indices` is int32 of any shape: `[r, …rest]`, `[…s] → […s, …rest]`. */
  gather(table: T, indices: T): T;
  /** Same values in row-major order under another shape of the same size; one side may be −1 and is then what is left. */
  reshape(x: T, shape: readonly number[]): T;
  /** Axes in the order of `permutation`; reversed when it is left out, so `[m, n] → [n, m]`. */
  transpose(x: T, permutation?: readonly number[]): T;
  /** The block of `size` that starts at `begin`, one number an axis; a size of −1 reaches to the end. */
  slice(x: T, begin: readonly number[], size: readonly number[]): T;
}
