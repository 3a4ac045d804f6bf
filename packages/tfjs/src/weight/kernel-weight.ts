// A compressed weight that a kernel multiplies by in its stored form.
import { customGrad, type GradSaveFunc, matMul, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { InferenceKernel, KernelSource, TakenOver } from './inference-kernel.ts';
import { fromRows, onAllIds, toRows } from './last-axis.ts';
import { fromMatrix, type MatrixView } from './matrix-view.ts';
import { tfOps } from './tf-ops.ts';
import type { Weight } from './weight.ts';

/** The parts of a {@link KernelWeight}. */
export interface KernelWeightParts {
  readonly kernel: InferenceKernel;
  readonly source: KernelSource;
  readonly view: MatrixView;
  /** Shape of the weight in the layer. */
  readonly weightShape: readonly number[];
}

/** A weight Ŵ in its stored form. What the kernel cannot do is computed from Ŵ, which is then unpacked for that call alone. */
export class KernelWeight implements Weight {
  readonly #parts: KernelWeightParts;
  #handle: unknown;
  #disposed = false;

  /** Prepares the kernel. */
  constructor(parts: KernelWeightParts) {
    this.#parts = parts;
    this.#handle = parts.kernel.prepare(parts.source);
  }

  /** Bytes that the kernel holds beside the stored tensors. */
  get heldBytes(): number {
    return this.#parts.kernel.heldBytes(this.#handle);
  }

  /** The tensors of the source that the kernel replaces. */
  get takenOver(): TakenOver | undefined {
    return this.#parts.kernel.takenOver?.(this.#handle);
  }

  read(): Tensor {
    const { view, weightShape } = this.#parts;
    return tidy(() => fromMatrix(this.#matrix(), weightShape, view));
  }

  matMul(x: Tensor, transpose = false): Tensor {
    if (transpose) return tidy(() => fromRows(this.#multiplyTransposed(toRows(x)), x));
    return tidy(() => fromRows(this.#multiply(toRows(x)), x));
  }

  lookup(ids: Tensor): Tensor {
    const { kernel } = this.#parts;
    return onAllIds(ids, (list) => kernel.lookup?.(list, this.#handle) ?? tfOps.gather(this.#matrix(), list));
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#parts.kernel.dispose(this.#handle);
    this.#handle = undefined;
  }

  /** Differentiable by x, so that layers before a packed layer can train. */
  #multiply(rows: Tensor): Tensor {
    const product = customGrad((x: Tensor | GradSaveFunc) => ({
      value: this.#parts.kernel.multiply(x as Tensor, this.#handle),
      gradFunc: (dy: Tensor) => this.#multiplyTransposed(dy),
    }));
    return product(rows);
  }

  #multiplyTransposed(rows: Tensor): Tensor {
    const { kernel } = this.#parts;
    return kernel.multiplyTransposed?.(rows, this.#handle) ?? matMul(rows, this.#matrix(), false, true);
  }

  /** Ŵ `[m, n]`, disposed by the tidy around the call. */
  #matrix(): Tensor {
    const { format, form, packed } = this.#parts.source;
    const factors = Object.entries(format.unpack(packed())).map(
      ([name, { data, shape, dtype }]) => [name, tensor(data, [...shape], dtype)] as const,
    );
    return format.reconstruct(tfOps, Object.fromEntries(factors), form);
  }
}
