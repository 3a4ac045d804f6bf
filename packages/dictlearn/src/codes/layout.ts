// The layout of a matrix as signals, and the form of their codes.
import type { JsonObject, MatrixForm, Shape2D } from '@gcompress/core';
import { assertElementLimit } from '@gcompress/core/checks';
import { fileError } from '@gcompress/core/storage';

/** The most atoms: 16 bits number them. */
export const MAX_ATOMS = 2 ** 16;

/** The cut of a matrix `[m, n]` into signals, and the form of their codes. */
export interface Layout {
  readonly rows: number;
  readonly cols: number;
  /** Entries of a signal, L. */
  readonly signalLength: number;
  /** Signals of a row, ⌈n / L⌉; the last signal is padded with zeros. */
  readonly pieces: number;
  /** Signals of the matrix, s = m·pieces. */
  readonly signals: number;
  /** The most nonzeros of a code, t. */
  readonly nonzeros: number;
  /** Bits of a stored value of a code: 32 for float32, or 2 to 16 for steps from −1 to 1. */
  readonly valueBits: number;
  /** True if the codes hold all atoms with a mask, `[s, k]`; false if they hold the nonzeros only, `[s, t]`. */
  readonly masked: boolean;
}

/** The sizes that a plan chooses. */
export interface CodeSizes {
  readonly signalLength: number;
  readonly atoms: number;
  readonly nonzeros: number;
  readonly valueBits: number;
}

/**
 * Config of the format for these sizes. It chooses the working form that needs less memory: a mask over all atoms takes 2k values a
 * signal, the gathered atoms of t nonzeros take t·L values.
 */
export function configFor({ signalLength, atoms, nonzeros, valueBits }: CodeSizes): JsonObject {
  return { signalLength, nonzeros, valueBits, masked: 2 * atoms <= nonzeros * signalLength };
}

/**
 * The layout of a matrix of this shape and config.
 *
 * @throws GCompressError `file-header` for an invalid config, which may come from a hostile file.
 */
export function layoutOf({ shape, config }: MatrixForm): Layout {
  const [rows, cols] = shape;
  const { signalLength, nonzeros, valueBits, masked } = config;
  const valid =
    isCount(signalLength, cols) &&
    isCount(nonzeros, signalLength) &&
    (valueBits === 32 || (isCount(valueBits, 16) && valueBits >= 2)) &&
    typeof masked === 'boolean';
  if (!valid) {
    const actual = JSON.stringify({ signalLength, nonzeros, valueBits, masked });
    const expected = `sizes that fit a matrix [${rows}, ${cols}]`;
    throw fileError('file-header', 'dictlearn config', expected, actual.slice(0, 99));
  }
  const pieces = Math.ceil(cols / signalLength);
  return { rows, cols, signalLength, pieces, signals: rows * pieces, nonzeros, valueBits, masked };
}

/**
 * Refuses codes and atoms whose working form takes too much memory.
 *
 * @throws GCompressError `file-oversized`.
 */
export function assertLayoutSize({ signals, nonzeros, signalLength, masked }: Layout, atoms: number): void {
  assertElementLimit(signals * (masked ? atoms : nonzeros * signalLength), 'dictlearn codes');
  assertElementLimit(atoms * signalLength, 'dictlearn atoms');
}

/** The layout for these sizes, checked for its memory. */
export function plannedLayout(shape: Shape2D, sizes: CodeSizes): Layout {
  const layout = layoutOf({ shape, config: configFor(sizes) });
  assertLayoutSize(layout, sizes.atoms);
  return layout;
}

function isCount(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= max;
}
