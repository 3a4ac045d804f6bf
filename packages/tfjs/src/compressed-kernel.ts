import { type CompressedFormat, elementCount, type MatrixForm } from '@gcompress/core';
import { gather, keep, matMul, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { SharedGradients } from './shared-gradients.ts';
import { tfOps } from './tensor-ops.ts';

/** What a {@link CompressedKernel} is made of. */
export interface CompressedKernelParts {
  readonly format: CompressedFormat;
  readonly form: MatrixForm;
  /** The factors, or variables that hold them; they stay the caller's. */
  readonly factors: Readonly<Record<string, Tensor>>;
  /** Whether no optimizer changes the factors, so that what follows from them may be kept. */
  readonly constant: boolean;
}

/**
 * Computes with Ŵ on tensors. Where the factors are constant and larger than Ŵ itself, Ŵ is made once and kept; it is made again when
 * something else is written into the factors.
 */
export class CompressedKernel {
  readonly #parts: CompressedKernelParts;
  #kept: { readonly of: readonly object[]; readonly kernel: Tensor } | undefined;

  readonly #gradients: SharedGradients | undefined;

  constructor(parts: CompressedKernelParts) {
    this.#parts = parts;
    this.#gradients = parts.constant ? undefined : new SharedGradients(parts);
  }

  /** Whether `x·Ŵ` is computed from the factors, without Ŵ. */
  get usesFactors(): boolean {
    const { format, form } = this.#parts;
    return format.multiply !== undefined && (format.multiplyPays?.(form) ?? true) && this.#factorsPay;
  }

  /** Whether rows of Ŵ are looked up in the factors, without Ŵ. */
  get looksUpInFactors(): boolean {
    return this.#parts.format.lookup !== undefined && this.#factorsPay;
  }

  /** Whether `x·Ŵᵀ` is, which takes a plain product of factors. */
  get usesFactorsTransposed(): boolean {
    return this.#parts.format.product !== undefined && this.#factorsPay;
  }

  /** Ŵ `[m, n]`; the caller owns it. */
  reconstruct(): Tensor {
    const { format, form, constant } = this.#parts;
    if (!constant || this.usesFactors) return tidy(() => format.reconstruct(tfOps, this.#factors(), form));
    return this.#keptKernel().clone();
  }

  /** `x [b, m] · Ŵ → [b, n]`; the caller owns it. */
  multiply(x: Tensor): Tensor {
    const { format, form } = this.#parts;
    return tidy(() => {
      const product = this.usesFactors ? format.multiply?.(tfOps, x, this.#factors(), form) : undefined;
      return product ?? matMul(x, this.reconstruct());
    });
  }

  /** `x [b, n] · Ŵᵀ → [b, m]`; the caller owns it. */
  multiplyTransposed(x: Tensor): Tensor {
    const product = this.usesFactorsTransposed ? this.#parts.format.product : undefined;
    return tidy(() => {
      const factors = this.#factors();
      if (!product) return matMul(x, this.reconstruct(), false, true);
      return product.reduceRight((left, name) => matMul(left, factors[name], false, true), x);
    });
  }

  /** Rows of Ŵ by int32 `ids [q] → [q, n]`; the caller owns them. */
  lookup(ids: Tensor): Tensor {
    const { format, form } = this.#parts;
    return tidy(() => format.lookup?.(tfOps, ids, this.#factors(), form) ?? gather(this.reconstruct(), ids));
  }

  /** Frees what was kept. May be called again. */
  dispose(): void {
    this.#kept?.kernel.dispose();
    this.#kept = undefined;
    this.#gradients?.dispose();
  }

  #factors(): Readonly<Record<string, Tensor>> {
    return this.#gradients?.factors() ?? this.#parts.factors;
  }

  /** Not where they are constant and larger than Ŵ, which is then made once. */
  get #factorsPay(): boolean {
    const { form, factors, constant } = this.#parts;
    const factorValues = Object.values(factors).reduce((sum, factor) => sum + factor.size, 0);
    return !constant || factorValues < elementCount(form.shape);
  }

  #keptKernel(): Tensor {
    const { format, form, factors } = this.#parts;
    const of = Object.values(factors).map((factor) => factor.dataId);
    if (this.#kept && of.every((dataId, i) => dataId === this.#kept?.of[i])) return this.#kept.kernel;
    this.dispose();
    this.#kept = { of, kernel: tidy(() => keep(format.reconstruct(tfOps, factors, form))) };
    return this.#kept.kernel;
  }
}
