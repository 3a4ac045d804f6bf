// Reads IDX files from bytes; pages import this, so nothing of Node belongs here.
import { GCompressError } from '@gcompress/core';

/** An array of bytes as the IDX format of MNIST and Fashion-MNIST stores it. */
export interface IdxArray {
  /** Its sides, e.g. `[60000, 28, 28]`. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Uint8Array;
}

const UNSIGNED_BYTES = 0x08;

/**
 * Reads an IDX file of unsigned bytes.
 *
 * @param where the file's name, for messages.
 * @throws GCompressError `file-header` for another kind of file, `file-truncated` when it is shorter or longer than it says.
 */
export function readIdx(file: Uint8Array, where: string): IdxArray {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const rank = file.length >= 4 ? file[3] : 0;
  const headerBytes = 4 + 4 * rank;
  if (file.length < 4 || file[0] !== 0 || file[1] !== 0 || file[2] !== UNSIGNED_BYTES || rank === 0) {
    throw new GCompressError('file-header', {
      where,
      expected: 'an IDX file of unsigned bytes (magic 00 00 08 nn)',
      actual: [...file.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ') || 'an empty file',
      hint: 'A file that was compressed must have a name that ends in .gz.',
    });
  }
  const shape = file.length < headerBytes ? [] : Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = headerBytes + shape.reduce((product, side) => product * side, 1);
  if (shape.length === 0 || file.length !== size) {
    throw new GCompressError('file-truncated', {
      where,
      expected: `${size} bytes for [${shape.join(', ')}]`,
      actual: `${file.length}`,
      hint: 'Download or copy the file again.',
    });
  }
  return { shape, data: file.subarray(headerBytes) };
}
