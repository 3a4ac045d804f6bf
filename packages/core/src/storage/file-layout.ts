// The layout of files of matrices: what its reader and its writer have in common.
import { assertElementLimit } from '../checks/size-limit.ts';
import type { Shape2D } from '../matrix/matrix.ts';

/** Files of compressed matrices; each format has a version of its own. */
export const MATRICES = { format: 'gcompress', version: 1 };

/** Whether a matrix says which format stored it. */
export function isIdentity(format: unknown, version: unknown): boolean {
  return typeof format === 'string' && Number.isSafeInteger(version) && (version as number) > 0;
}

/** Refuses matrices that are larger than a matrix may be, alone, or than the limit, together. */
export function assertTotal(where: string, shapes: readonly Shape2D[], most: number): void {
  let total = 0;
  for (const [rows, cols] of shapes) {
    assertElementLimit(rows * cols, where);
    total += rows * cols;
  }
  assertElementLimit(total, where, most);
}
