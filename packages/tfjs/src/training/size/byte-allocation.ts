// The ways to divide bytes among matrices: their names, and shares by the names of the matrices.
import { GCompressError } from '@gcompress/core';
import { assertNumber, assertOneOf } from '@gcompress/core/checks';

/** Shares of the bytes by the names of the matrices, in any unit: only their ratios count. */
export type ByteShares = Readonly<Record<string, number>>;

/**
 * How bytes are divided among matrices:
 *
 * - `'price'`: at one price of a bit in squared error of the weights, so that matrices of larger weights get more;
 * - `'sensitivity'`: at one price of a bit in loss: the squared errors of a matrix count by the mean squared gradient of its entries, which
 *   Adam and RMSProp gather while they train;
 * - `'lamp'`: by the numbers of weights that layer-adaptive magnitude pruning keeps (Lee et al., arXiv 2010.07611);
 * - `'uniform'`: the same bits for each weight of every matrix;
 * - shares of your own, one for each matrix: `{ 'fc1/kernel': 3, 'fc2/kernel': 1 }`.
 */
export type ByteAllocation = (typeof BYTE_ALLOCATIONS)[number] | ByteShares;

/** Names of the {@link ByteAllocation}s. */
export const BYTE_ALLOCATIONS = ['price', 'sensitivity', 'lamp', 'uniform'] as const;

/**
 * Checks an allocation without its matrices.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertAllocation(where: string, allocation: ByteAllocation): void {
  if (typeof allocation !== 'object' || allocation === null) {
    assertOneOf(where, 'allocation', allocation, BYTE_ALLOCATIONS);
    return;
  }
  for (const [name, share] of Object.entries(allocation))
    assertNumber(`${where} allocation`, name, share, { above: 0 });
}

/**
 * Checks that given shares name each matrix that is compressed, and no other.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertNamed(where: string, allocation: ByteAllocation, names: readonly string[]): void {
  if (typeof allocation === 'string') return;
  const given = Object.keys(allocation);
  if (given.length === names.length && names.every((name) => given.includes(name))) return;
  throw new GCompressError('invalid-option', {
    where: `${where} allocation`,
    expected: `a share for each of ${names.map((name) => `'${name}'`).join(', ')}`,
    actual: given.length === 0 ? 'none' : given.map((name) => `'${name}'`).join(', '),
    hint: 'Name every matrix that is compressed, and no other.',
  });
}
