// Rotations that stay in WebAssembly memory together with the columns that they turn.
import { GCompressError } from '@gcompress/core';
import type { HeldRotations } from '@gcompress/core/hosts';
import type { Workspace } from './module/workspace.ts';
import { roundUp } from './products/packing.ts';

const SINGLE = 4;
const DOUBLE = 8;

/**
 * {@link HeldRotations} in their own workspace, which never grows, so that columns and levels stay valid: columns, then units and their halved
 * inverses, then pairs and levels of each rotation.
 */
export function holdRotations(
  rotations: readonly Int32Array[],
  rows: number,
  cols: number,
  workspace: Workspace,
): HeldRotations {
  const unitsAt = roundUp(DOUBLE * rows * cols, 16);
  const halvesAt = unitsAt + roundUp(DOUBLE * cols, 16);
  let end = halvesAt + roundUp(DOUBLE * cols, 16);
  const take = (length: number) => {
    const at = end;
    end += roundUp(SINGLE * length, 16);
    return at;
  };
  const pairsAt = rotations.map(({ length }) => take(length));
  const levelsAt = rotations.map(() => take(rows * cols));
  workspace.reserve(end);
  for (const [index, pairs] of rotations.entries()) workspace.int32(pairsAt[index], pairs.length).set(pairs);

  let held: Workspace | undefined = workspace;
  const open = (): Workspace => {
    if (held) return held;
    throw new GCompressError('disposed', {
      where: 'HeldRotations',
      expected: 'rotations that are held',
      actual: 'rotations that were released',
    });
  };
  return {
    columns: workspace.float64(0, rows * cols),
    levels: levelsAt.map((at) => workspace.int32(at, rows * cols)),
    turn(rotation, transposed, width) {
      open().loops.turnPairs(pairsAt[rotation], rotations[rotation].length, 0, width, transposed ? 1 : 0);
    },
    round(rotation, from, to, units, halves, most) {
      const memory = open();
      const width = units.length;
      memory.float64(unitsAt, width).set(units);
      memory.float64(halvesAt, width).set(halves);
      const [x, levels] = [DOUBLE * from * width, levelsAt[rotation] + SINGLE * from * width];
      return memory.loops.roundToLevels(x, levels, to - from, width, unitsAt, halvesAt, most) !== 0;
    },
    release() {
      held = undefined;
    },
  };
}
