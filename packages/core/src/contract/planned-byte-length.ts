// The stored bytes of a plan, counted by packing zeros.
import { assertType } from '../checks/option-checks.ts';
import { elementCount } from '../tensors/element-count.ts';
import type { CompressedFormat } from './compressed-format.ts';
import { createCompressedMatrix } from './compressed-matrix.ts';
import type { Factor, FactorizationPlan, FactorSpec } from './factors.ts';

/** Bytes of the stored form that a plan leads to, at most, known without compressing anything. */
export function plannedByteLength(format: CompressedFormat, plan: FactorizationPlan): number {
  assertType('plannedByteLength', 'plan', plan, 'object');
  assertType('plannedByteLength plan', 'factors', plan.factors, 'object');
  if (plan.byteLength !== undefined) return plan.byteLength;
  const zeros = Object.entries<FactorSpec>(plan.factors).map(([name, spec]): [string, Factor] => {
    const count = elementCount(spec.shape);
    return [name, { ...spec, data: spec.dtype === 'int32' ? new Int32Array(count) : new Float32Array(count) }];
  });
  return createCompressedMatrix(format, { ...plan, factors: Object.fromEntries(zeros) }).byteLength;
}
