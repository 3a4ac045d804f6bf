// The layout of files of matrices: what its reader and its writer have in common.
import { fileError, type GCompressError } from '../checks/errors.ts';
import { assertElementLimit } from '../checks/size-limit.ts';
import type { Shape2D } from '../matrix/matrix.ts';

/** Version of the file layout; each format has a version of its own. */
export const FILE_VERSION = 1;
/** What stands in the place of the checksum while it is computed. */
export const NO_CHECKSUM = '00000000';
const CHECKSUM_KEY = '"gcompress.checksum":"';

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

/** Where the eight digits of the checksum stand: the first such key in the header, which the writer puts near its start. */
export function checksumPosition(bytes: Uint8Array): number {
  const at = new TextDecoder('latin1').decode(bytes.subarray(0, 4096)).indexOf(CHECKSUM_KEY);
  if (at < 0 || at + CHECKSUM_KEY.length + NO_CHECKSUM.length > bytes.length) throw badFile('a checksum', 'none');
  return at + CHECKSUM_KEY.length;
}

/** The error for a file whose header is not what the layout says. */
export function badFile(expected: string, actual: string): GCompressError {
  return fileError('file-header', 'file', expected, actual);
}
