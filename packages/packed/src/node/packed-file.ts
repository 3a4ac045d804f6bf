// An IOHandler for a packed model on disk, in one file or in the files that splitFile made.
import { createReadStream } from 'node:fs';
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';
import { handlerOf, type PackedModelOptions, readOptions } from '../load/packed-model.ts';
import { refusal } from '../load/refusal.ts';
import { addressOfPart, wholeFile } from '../load/split-source.ts';

/**
 * A packed model at a path, for `tf.loadLayersModel` or `tf.loadGraphModel`. The file is read in pieces. The other files of a split model
 * must be in the same folder: `small.gcm.1`, … .
 *
 * @throws GCompressError `invalid-option` for anything but a path; `load` throws the errors that `packedModel` of `./load` lists.
 */
export function packedFile(path: string | URL, options: PackedModelOptions = {}): io.IOHandler {
  const read = readOptions('packedFile', options);
  const isPath = (typeof path === 'string' && path !== '' && !path.includes('\0')) || isFileAddress(path);
  if (!isPath) {
    throw new GCompressError('invalid-option', {
      where: 'packedFile',
      expected: 'a path, or an address file:',
      actual: describeValue(path),
    });
  }
  const placeOf = (part: number) => {
    if (path instanceof URL) return new URL(addressOfPart(path.href, part));
    return part === 0 ? path : `${path}.${part}`;
  };
  return handlerOf(() => wholeFile((part) => piecesOf(placeOf(part), read.signal)), read);
}

function isFileAddress(path: unknown): boolean {
  return path instanceof URL && path.protocol === 'file:';
}

async function* piecesOf(path: string | URL, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void> {
  signal?.throwIfAborted();
  try {
    yield* createReadStream(path, { highWaterMark: 2 ** 18 });
  } catch (cause) {
    throw refusal('file-read', `a file at '${String(path)}'`, cause);
  }
}
