// The one place that decides whether a compressed weight is computed by a kernel, from its factors, or through the dense matrix.
import { type CompressedFormat, elementCount, type MatrixForm } from '@gcompress/core';

/** A use of a weight: its value, `x·Ŵ`, `x·Ŵᵀ`, or rows. */
export type WeightUse = 'read' | 'matMul' | 'transposedMatMul' | 'lookup';

/** How a compressed weight is computed: from the factors alone, or through the dense matrix Ŵ. */
export type Execution = 'factors' | 'dense';

/** The arguments of {@link chooseExecution}. */
export interface ExecutionChoice {
  readonly format: CompressedFormat;
  readonly form: MatrixForm;
  readonly use: WeightUse;
  /**
   * The number of values in all factors, if the factors do not change, so that Ŵ can be computed once and kept. Omit it for factors that
   * train.
   */
  readonly constantValues?: number | undefined;
}

/**
 * `'factors'` if the format can compute this use from the factors and that pays, otherwise `'dense'`. Constant factors that hold as many
 * values as Ŵ do not pay: Ŵ is then computed once and kept.
 */
export function chooseExecution({ format, form, use, constantValues }: ExecutionChoice): Execution {
  if (!canUseFactors(format, form, use)) return 'dense';
  return constantValues === undefined || constantValues < elementCount(form.shape) ? 'factors' : 'dense';
}

function canUseFactors(format: CompressedFormat, form: MatrixForm, use: WeightUse): boolean {
  if (use === 'read') return false;
  if (use === 'lookup') return format.lookup !== undefined;
  // A format can multiply by the transpose only if it is a plain product
  const multiplies = use === 'matMul' ? format.multiply !== undefined : format.product !== undefined;
  return multiplies && (format.multiplyPays?.(form) ?? true);
}
