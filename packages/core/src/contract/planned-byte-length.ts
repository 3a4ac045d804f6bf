// The stored bytes of a plan, counted by packing zeros.
import { assertType } from '../checks/option-checks.ts';
import { elementCount } from '../tensors/element-count.ts';
import type { CompressedFormat } from './compressed-format.ts';
import { createCompressedMatrix } from './compressed-matrix.ts';
import type { Factor, FactorizationPlan, FactorSpec } from './factors.ts';

/**
 * The most bytes that the stored form of a plan takes. A plan from a method says them itself; for a plan that was written by hand and
 * does not, they are counted by packing zeros of the planned shapes.
 *
 * @throws GCompressError `invalid-option` for anything but a plan.
 */
export function plannedByteLength(
  format: CompressedFormat,
  plan: Omit<FactorizationPlan, 'byteLength'> & { readonly byteLength?: number | undefined },
): number {
  assertType('plannedByteLength', 'plan', plan, 'object');
  assertType('plannedByteLength plan', 'factors', plan.factors, 'object');
  return plan.byteLength ?? byteLengthOfZeros(format, plan);
}

/** Bytes of the stored form of factors of zeros, in the shapes of a plan. */
export function byteLengthOfZeros(format: CompressedFormat, plan: Omit<FactorizationPlan, 'byteLength'>): number {
  const zeros = Object.entries<FactorSpec>(plan.factors).map(([name, spec]): [string, Factor] => {
    const count = elementCount(spec.shape);
    return [name, { ...spec, data: spec.dtype === 'int32' ? new Int32Array(count) : new Float32Array(count) }];
  });
  const { shape, config } = plan;
  return createCompressedMatrix(format, { shape, config, factors: Object.fromEntries(zeros) }).byteLength;
}
