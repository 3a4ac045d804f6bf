// How a matrix becomes signals, and how their codes are held and stored.
import { GCompressError, type JsonObject, type MatrixForm, type Shape2D } from '@gcompress/core';
import { assertElementLimit, describeValue } from '@gcompress/core/checks';

/** The most atoms that an index of 16 bits can tell apart. */
export const MAX_ATOMS = 2 ** 16;

/** How the rows of a matrix `[m, n]` become signals, and how codes of them are held and stored. */
export interface Layout {
  readonly rows: number;
  readonly cols: number;
  /** Entries of a signal, L. */
  readonly signalLength: number;
  /** Signals of a row, ⌈n / L⌉; the last is filled with zeros. */
  readonly pieces: number;
  /** Signals of the matrix, s = m · pieces. */
  readonly signals: number;
  /** Nonzeros of a code at most, t. */
  readonly nonzeros: number;
  /** Bits of a stored value of a code: 32 for float32, or 2 to 16 for steps from −1 to 1. */
  readonly valueBits: number;
  /** Whether codes are held for all atoms with a mask, `[s, k]`, or only where they are not zero, `[s, t]`. */
  readonly masked: boolean;
}

/** The sizes that a plan decides on. */
export interface CodeSizes {
  readonly signalLength: number;
  readonly atoms: number;
  readonly nonzeros: number;
  readonly valueBits: number;
}

/**
 * Config of the format for these sizes. The working form is the one that needs less memory: a mask over all atoms takes
 * 2k values a signal, the atoms gathered for its t nonzeros take t·L.
 */
export function configFor({ signalLength, atoms, nonzeros, valueBits }: CodeSizes): JsonObject {
  return { signalLength, nonzeros, valueBits, masked: 2 * atoms <= nonzeros * signalLength };
}

/**
 * The layout that a config of the format describes.
 *
 * @throws GCompressError `file-header` when a config, perhaps from a hostile file, does not describe one.
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
    throw new GCompressError('file-header', {
      where: 'dictlearn config',
      expected: `signalLength, nonzeros, valueBits and masked of a matrix [${rows}, ${cols}]`,
      actual: Object.entries({ signalLength, nonzeros, valueBits, masked })
        .map(([name, value]) => `${name} ${describeValue(value)}`)
        .join(', '),
    });
  }
  const pieces = Math.ceil(cols / signalLength);
  return { rows, cols, signalLength, pieces, signals: rows * pieces, nonzeros, valueBits, masked };
}

/**
 * Refuses codes and atoms that would take too much memory to compute with.
 *
 * @throws GCompressError `file-oversized`.
 */
export function assertLayoutSize({ signals, nonzeros, signalLength, masked }: Layout, atoms: number): void {
  assertElementLimit(signals * (masked ? atoms : nonzeros * signalLength), 'dictlearn codes');
  assertElementLimit(atoms * signalLength, 'dictlearn atoms');
}

/** Layout and checks of one matrix in one call. */
export function plannedLayout(shape: Shape2D, sizes: CodeSizes): Layout {
  const layout = layoutOf({ shape, config: configFor(sizes) });
  assertLayoutSize(layout, sizes.atoms);
  return layout;
}

function isCount(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= max;
}
