// The one place that decides whether a compressed weight is computed by a kernel, from its factors, or through the dense matrix.
import { type CompressedFormat, elementCount, type MatrixForm } from '@gcompress/core';

/** What is asked of a weight: its value, `x·Ŵ`, `x·Ŵᵀ`, or rows. */
export type WeightUse = 'read' | 'matMul' | 'transposedMatMul' | 'lookup';

/** How a compressed weight is computed: from the factors alone, or through the dense matrix Ŵ. */
export type Execution = 'factors' | 'dense';

/** What decides how a compressed weight is computed. */
export interface ExecutionChoice {
  readonly format: CompressedFormat;
  readonly form: MatrixForm;
  readonly use: WeightUse;
  /**
   * For factors that do not change, so that Ŵ can be computed once and kept: how many values they have together. Omit it for factors
   * that train.
   */
  readonly constantValues?: number | undefined;
}

/**
 * Factors where the format can answer from them and that pays; otherwise dense. Factors that do not change are not worth it when they
 * are as large as Ŵ, which is then computed once.
 */
export function chooseExecution({ format, form, use, constantValues }: ExecutionChoice): Execution {
  if (!canUseFactors(format, form, use)) return 'dense';
  return constantValues === undefined || constantValues < elementCount(form.shape) ? 'factors' : 'dense';
}

function canUseFactors(format: CompressedFormat, form: MatrixForm, use: WeightUse): boolean {
  if (use === 'read') return false;
  if (use === 'lookup') return format.lookup !== undefined;
  // The transpose takes a plain product: a format knows no other way to multiply by it
  const multiplies = use === 'matMul' ? format.multiply !== undefined : format.product !== undefined;
  return multiplies && (format.multiplyPays?.(form) ?? true);
}
