// Checks that a value is a compression operator.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { TfCompressionOp } from '../training/compression-op.ts';

/**
 * Checks that a value is a compression operator, of any copy of this package.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertOperator(where: string, op: unknown): asserts op is TfCompressionOp {
  const parts = (typeof op === 'object' && op !== null ? op : {}) as Partial<TfCompressionOp>;
  if (typeof parts.runUpdateStep === 'function' && typeof parts.variables === 'object' && parts.variables !== null)
    return;
  throw new GCompressError('invalid-option', {
    where: `${where} op`,
    expected: 'a TfCompressionOp',
    actual: describeValue(op),
  });
}
