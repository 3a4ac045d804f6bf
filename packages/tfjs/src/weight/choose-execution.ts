// The one place that decides whether a compressed weight is computed by a kernel, from its factors, or through the dense matrix.
import { type CompressedFormat, elementCount, type MatrixForm } from '@gcompress/core';
import type { BatchRange, InferenceKernel, StoredForm } from './inference-kernel.ts';

/** A use of a weight: its value, `x·Ŵ`, `x·Ŵᵀ`, or rows. */
export type WeightUse = 'read' | 'matMul' | 'transposedMatMul' | 'lookup';

/**
 * How a compressed weight is computed: by a kernel in its stored form, from the factors alone, or through the dense matrix Ŵ.
 */
export type Execution = 'kernel' | 'factors' | 'dense';

/**
 * What a layer for inference optimizes. `'speed'` keeps its matrices unpacked between calls where that is faster: as factors if the layer
 * computes with them and they are small, otherwise as dense weights. `'memory'` keeps only the stored bytes, and unpacks them for each call
 * unless a kernel computes with them.
 */
export type Preference = 'speed' | 'memory';

/** The kernels that an inference may use, and what it optimizes. */
export interface KernelChoice {
  readonly kernels: readonly InferenceKernel[];
  /** Name of the current backend. */
  readonly backend: string;
  readonly prefer: Preference;
  readonly stored: StoredForm;
}

/** The arguments of {@link chooseExecution}. */
export interface ExecutionChoice {
  readonly format: CompressedFormat;
  readonly form: MatrixForm;
  readonly use: WeightUse;
  /**
   * Counts the values in all factors, if the factors do not change, so that Ŵ can be computed once and kept. Omit it for factors that
   * train.
   */
  readonly constantValues?: (() => number) | undefined;
  /** Omit it where nothing is stored, such as in training. */
  readonly kernel?: KernelChoice;
  /** Rows of x, or ids, in this call. Default 1. Only kernels depend on it. */
  readonly batch?: number;
}

/** The result of {@link chooseExecution}. */
export interface ChosenExecution {
  readonly execution: Execution;
  /** The batches for which the choice is the same; it contains the one of the call. */
  readonly batches: BatchRange;
  /** What computes the execution `'kernel'`. */
  readonly kernel?: InferenceKernel;
}

const ALL: BatchRange = { from: 1 };

/**
 * `'kernel'` if a kernel supports this use and pays for this batch, or if only memory counts. Then `'factors'` if the format can compute this use
 * from the factors and that pays, otherwise `'dense'`. Constant factors that hold as many values as Ŵ do not pay: Ŵ is then computed once and kept.
 */
export function chooseExecution(choice: ExecutionChoice): ChosenExecution {
  const { format, form, use, constantValues, kernel, batch = 1 } = choice;
  const found = kernel && findKernel(format, use, kernel);
  const paying = found && kernel && (kernel.prefer === 'memory' ? ALL : payingBatches(found.pays(kernel.stored)));
  if (found && paying && contains(paying, batch)) return { execution: 'kernel', batches: paying, kernel: found };
  const batches = paying ? beside(paying, batch) : ALL;
  const canPay = () => constantValues === undefined || constantValues() < elementCount(form.shape);
  return { execution: canUseFactors(format, form, use) && canPay() ? 'factors' : 'dense', batches };
}

/** True if a batch is in a range; an empty batch counts as one row. */
export function contains({ from, to = Number.POSITIVE_INFINITY }: BatchRange, batch: number): boolean {
  const rows = Math.max(1, batch);
  return rows >= from && rows <= to;
}

function payingBatches(pays: boolean | BatchRange): BatchRange | undefined {
  return typeof pays === 'boolean' ? (pays ? ALL : undefined) : pays;
}

/** The batches on the same side of a range as a batch outside of it. */
function beside({ from, to }: BatchRange, batch: number): BatchRange {
  return Math.max(1, batch) < from || to === undefined ? { from: 1, to: from - 1 } : { from: to + 1 };
}

/** The first kernel that supports this use. */
function findKernel(
  { id }: CompressedFormat,
  use: WeightUse,
  { kernels, backend, stored }: KernelChoice,
): InferenceKernel | undefined {
  if (use !== 'matMul' && use !== 'lookup') return undefined;
  return kernels.find(
    (kernel) =>
      kernel.format === id &&
      kernel.backend === backend &&
      (use === 'matMul' || kernel.lookup !== undefined) &&
      kernel.supports(stored),
  );
}

function canUseFactors(format: CompressedFormat, form: MatrixForm, use: WeightUse): boolean {
  if (use === 'read') return false;
  if (use === 'lookup') return format.lookup !== undefined;
  // A format can multiply by the transpose only if it is a plain product
  const multiplies = use === 'matMul' ? format.multiply !== undefined : format.product !== undefined;
  return multiplies && (format.multiplyPays?.(form) ?? true);
}
