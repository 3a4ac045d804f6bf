// Makes the kernel of a format on a backend from the rules of the format.
import type { BatchRange, InferenceKernel, KernelSource, StoredForm, TakenOver } from '@gcompress/tfjs/layers';
import { cast, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { Loops } from '../loops/loops.ts';

/** A stored matrix, prepared for products. */
export interface Prepared<R> {
  /** All numbers that the product reads, in the memory of the loops. */
  readonly numbers: readonly R[];
  /** `x [b, m] · Ŵ → [b, n]` for at least one row of float32. */
  multiply(x: Tensor): Tensor;
  /** The stored tensors that the numbers replace. */
  readonly takenOver?: TakenOver;
}

/**
 * Batches of at least eight rows of x, which SIMD loops multiply together, so that they read each code once for eight rows. Some products are faster
 * than dense ones only then: measured by `pnpm --filter @gcompress/benchmarks inference`.
 */
export const EIGHT_ROWS: BatchRange = { from: 8 };

/** How matrices of one format become products that loops compute. */
export interface FormatRules {
  /** Id of the format. */
  readonly format: string;
  /** See `InferenceKernel`. */
  supports(form: StoredForm): boolean;
  /** The batches for which the product is faster than the dense one, in SIMD or in plain JavaScript. Called only for supported forms. */
  pays(form: StoredForm, simd: boolean): boolean | BatchRange;
  /** @throws GCompressError for damaged values. */
  prepare<R>(source: KernelSource, loops: Loops<R>): Prepared<R>;
}

/** A stored matrix, prepared by a kernel. */
interface Handle extends Prepared<unknown> {
  readonly loops: Loops;
  readonly cols: number;
}

/** The kernel of a format on a backend. `loops` is called when the backend is in use. */
export function formatKernel(backend: string, rules: FormatRules, loops: () => Loops): InferenceKernel<Handle> {
  return {
    format: rules.format,
    backend,
    supports: (form) => rules.supports(form),
    pays: (form) => rules.pays(form, loops().simd),
    prepare: (source) => {
      const chosen = loops();
      return { ...rules.prepare(source, chosen), loops: chosen, cols: source.form.shape[1] };
    },
    multiply(x, { multiply, cols }) {
      if (x.shape[0] === 0) return zeros([0, cols]);
      return multiply(x.dtype === 'float32' ? x : cast(x, 'float32'));
    },
    takenOver: ({ takenOver }) => takenOver,
    heldBytes: ({ numbers, loops: used }) => numbers.reduce<number>((sum, held) => sum + used.heldBytes(held), 0),
    dispose({ numbers, loops: used }) {
      for (const held of numbers) used.release(held);
    },
  };
}
