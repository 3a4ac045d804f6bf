// Rotations that stay in WebAssembly memory together with the columns that they turn.
import { GCompressError } from '@gcompress/core';
import type { HeldRotations } from '@gcompress/core/hosts';
import type { Workspace } from './module/workspace.ts';
import { roundUp } from './products/packing.ts';

const SINGLE = 4;
const DOUBLE = 8;

/** {@link HeldRotations} in their own workspace, which never grows, so that the columns stay valid: columns, then the pairs of each rotation. */
export function holdRotations(
  rotations: readonly Int32Array[],
  rows: number,
  cols: number,
  workspace: Workspace,
): HeldRotations {
  const pairsAt: number[] = [];
  let end = roundUp(DOUBLE * rows * cols, 16);
  for (const pairs of rotations) {
    pairsAt.push(end);
    end += roundUp(SINGLE * pairs.length, 16);
  }
  workspace.reserve(end);
  for (const [index, pairs] of rotations.entries()) workspace.int32(pairsAt[index], pairs.length).set(pairs);

  let held: Workspace | undefined = workspace;
  return {
    columns: workspace.float64(0, rows * cols),
    turn(rotation, transposed, width) {
      if (!held) {
        throw new GCompressError('disposed', {
          where: 'HeldRotations',
          expected: 'rotations that are held',
          actual: 'rotations that were released',
        });
      }
      held.loops.turnPairs(pairsAt[rotation], rotations[rotation].length, 0, width, transposed ? 1 : 0);
    },
    release() {
      held = undefined;
    },
  };
}
