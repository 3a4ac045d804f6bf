import { createCompressedMatrix } from '../src/hosts.ts';
import { type CompressedFormat, type CompressedMatrix, floatFactor } from '../src/index.ts';
import { packedTensor } from '../src/storage.ts';

/** The smallest useful format: `column [m, 1] · row [1, n]`. */
export const rankOneFormat: CompressedFormat<'column' | 'row'> = {
  id: 'acme/rank-one',
  version: 2,
  reconstruct: (ops, { column, row }) => ops.matMul(column, row),
  pack: ({ factors: { column, row } }) => ({ column, row }),
  unpack: (packed) => ({
    column: floatFactor([packed.shape[0], 1], packedTensor(packed, 'column', 'float32', [packed.shape[0], 1]).data),
    row: floatFactor([1, packed.shape[1]], packedTensor(packed, 'row', 'float32', [1, packed.shape[1]]).data),
  }),
};

/** The product of a column and a row in {@link rankOneFormat}, or in one that differs from it. */
export function rankOne(
  column: readonly number[],
  row: readonly number[],
  format: CompressedFormat<'column' | 'row'> = rankOneFormat,
): CompressedMatrix<'column' | 'row'> {
  return createCompressedMatrix(format, {
    shape: [column.length, row.length],
    config: { made: 'for a test' },
    factors: {
      column: floatFactor([column.length, 1], Float32Array.from(column)),
      row: floatFactor([1, row.length], Float32Array.from(row)),
    },
  });
}
