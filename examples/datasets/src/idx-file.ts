// Reads IDX files from the file system, gzipped ones too.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { GCompressError } from '@gcompress/core';
import { type IdxArray, readIdx } from './idx.ts';

/**
 * Reads an IDX file from the file system; one whose name ends in `.gz` is unpacked first.
 *
 * @throws GCompressError as {@link readIdx} does, and `file-truncated` for a damaged `.gz`.
 */
export function readIdxFile(path: string): IdxArray {
  const file = readFileSync(path);
  return readIdx(path.endsWith('.gz') ? unpacked(file, path) : file, path);
}

function unpacked(file: Uint8Array, where: string): Uint8Array {
  try {
    return gunzipSync(file);
  } catch (cause) {
    throw new GCompressError('file-truncated', {
      where,
      expected: 'a whole gzip file',
      actual: (cause as Error).message,
      hint: 'Download or copy the file again.',
      cause,
    });
  }
}
