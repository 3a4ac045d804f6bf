// Splits a packed file into several, for hosts that limit the size of a file.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import { MAGIC, PRELUDE_BYTES } from '../container/header.ts';
import { SPLIT_MAGIC, SPLIT_PRELUDE_BYTES, SPLIT_VERSION } from '../container/split.ts';
import { addressOfPart } from '../load/split-source.ts';

/** Options of {@link splitFile}. */
export interface SplitOptions {
  /** Name of the first file, such as `'small.gcm'`; the others are `small.gcm.1`, `small.gcm.2`, … . */
  readonly name: string;
  /** The most bytes that a file may have, such as 25 · 2²⁰. */
  readonly maxFileBytes: number;
}

/**
 * Splits a packed file into files of a limited size, by their names. All loaders take the address of the first file and find the others in the
 * same folder, or take a list of all files. A file that is small enough is returned unchanged.
 *
 * @param bytes the `bytes` of {@link pack}.
 * @throws GCompressError `invalid-option` for bytes that are no packed file; `unknown-option`.
 */
export function splitFile(bytes: Uint8Array, options: SplitOptions): Readonly<Record<string, Uint8Array>> {
  assertType('splitFile', 'options', options, 'object');
  assertKnownOptions('splitFile', options, ['name', 'maxFileBytes']);
  const { name, maxFileBytes } = options;
  assertType('splitFile', 'name', name, 'string');
  assertNumber('splitFile', 'maxFileBytes', maxFileBytes, { min: SPLIT_PRELUDE_BYTES + 1, integer: true });
  if (!(bytes instanceof Uint8Array) || !String.fromCharCode(...bytes.subarray(0, PRELUDE_BYTES)).startsWith(MAGIC)) {
    throw new GCompressError('invalid-option', {
      where: 'splitFile bytes',
      expected: 'a packed file',
      actual: describeValue(bytes),
      hint: 'Pass the bytes that pack() gave.',
    });
  }
  if (bytes.length <= maxFileBytes) return { [name]: bytes };
  const content = maxFileBytes - SPLIT_PRELUDE_BYTES;
  const parts = Math.ceil(bytes.length / content);
  // The checksum in its header identifies the file
  const identity = bytes.subarray(PRELUDE_BYTES - 4, PRELUDE_BYTES);
  const files = Array.from({ length: parts }, (_, part) => {
    const piece = bytes.subarray(part * content, (part + 1) * content);
    const file = new Uint8Array(SPLIT_PRELUDE_BYTES + piece.length);
    const view = new DataView(file.buffer);
    file.set([...SPLIT_MAGIC].map((letter) => letter.charCodeAt(0)));
    file[SPLIT_MAGIC.length] = SPLIT_VERSION;
    view.setUint32(4, part, true);
    view.setUint32(8, parts, true);
    file.set(identity, 12);
    view.setUint32(16, piece.length, true);
    file.set(piece, SPLIT_PRELUDE_BYTES);
    return [addressOfPart(name, part), file] as const;
  });
  return Object.fromEntries(files);
}
