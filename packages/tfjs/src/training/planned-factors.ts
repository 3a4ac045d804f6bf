// Compresses a matrix to factors in the shapes of its plan.
import type { CompressOptions, Factor, FactorizationPlan, Matrix, MatrixCompressor } from '@gcompress/core';
import { assertCompressedMatrix, assertFinite } from '@gcompress/core/checks';
import { padFactor } from '@gcompress/core/hosts';
import { sizeWarnings } from './op-checks.ts';

/** The result of a compression, for the variables of an operator. */
export interface PlannedFactors {
  /** The factors, padded with zeros to the planned shapes. */
  readonly factors: Readonly<Record<string, Factor>>;
  readonly notes: readonly string[];
  /** The warnings of the result without those about its size, because training may change the size. */
  readonly warnings: readonly string[];
}

/**
 * Compresses a matrix, and checks and pads the result.
 *
 * @param options what the compression may use besides the matrix.
 * @throws GCompressError what the compressor throws; `non-finite`; `contract` for a result that does not keep to the plan.
 */
export async function plannedFactors(
  where: string,
  parts: { readonly compressor: MatrixCompressor; readonly plan: FactorizationPlan; readonly source: Matrix },
  options: Pick<CompressOptions, 'kernels' | 'inputMoments'>,
): Promise<PlannedFactors> {
  const { compressor, plan, source } = parts;
  assertFinite(source, where);
  const compressed: unknown = await compressor.compress(source, options);
  assertCompressedMatrix(where, compressed, compressor, plan);
  const factors = Object.entries(plan.factors).map(([name, spec]) => {
    return [name, padFactor(compressed.factors[name], spec.shape)] as const;
  });
  const { format, shape, byteLength, notes = [], warnings = [] } = compressed;
  const ofSize = sizeWarnings(format.id, shape, byteLength);
  const lasting = warnings.filter((warning) => !ofSize.includes(warning));
  return { factors: Object.fromEntries(factors), notes, warnings: lasting };
}
