// Kernels that read units, as matrices whose rows are the inputs that calibration observes.
import { GCompressError, type InputMoments } from '@gcompress/core';
import type { OwnGroup, OwnSlice } from '../analysis/unit-groups.ts';

/** Classes whose kernels have the inputs on all axes but the last, so that their rows are those of the moments. */
const BY_ROWS = ['Dense', 'Conv1D', 'Conv2D', 'SeparableConv2D', 'SimpleRNN', 'GRU', 'LSTM'];

/** A kernel that reads units, as a matrix `[rows, columns]`. */
export interface ConsumerRows {
  readonly slice: OwnSlice;
  readonly rows: number;
  readonly columns: number;
  /** The unit of each row; −1 for rows that read no unit of the group. */
  readonly unitOf: Int32Array;
}

/** The kernels that read the units of a group; undefined for those whose inputs are not their rows. */
export function consumersOf({ slices }: OwnGroup): (ConsumerRows | undefined)[] {
  return slices.filter(({ role }) => role === 'consumer').map(consumerRows);
}

function consumerRows(slice: OwnSlice): ConsumerRows | undefined {
  if (!BY_ROWS.includes(slice.owner.getClassName())) return undefined;
  const shape = slice.variable.shape.map(Number);
  const before = shape.slice(0, -1);
  const inner = before.slice(slice.axis + 1).reduce((product, size) => product * size, 1);
  const rows = before.reduce((product, size) => product * size, 1);
  const unitOf = Int32Array.from({ length: rows }, (_, row) => {
    return slice.units[Math.floor(row / inner) % before[slice.axis]];
  });
  return { slice, rows, columns: shape[shape.length - 1], unitOf };
}

/**
 * The moments of the inputs of this kernel; undefined if they were not observed.
 *
 * @throws GCompressError `shape-mismatch` for moments of another number of inputs.
 */
export function momentsOf(
  { slice, rows }: ConsumerRows,
  all: ReadonlyMap<string, InputMoments>,
): InputMoments | undefined {
  const moments = all.get(slice.weight);
  if (!moments || moments.size === rows) return moments;
  throw new GCompressError('shape-mismatch', {
    where: `inputMoments '${slice.weight}'`,
    expected: `moments of ${rows} inputs`,
    actual: `${moments.size}`,
    hint: 'Pass moments of this very model.',
  });
}
