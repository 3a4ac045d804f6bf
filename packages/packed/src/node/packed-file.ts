// A packed model in a file of the file system, or in the several files that it was split into.
import { createReadStream } from 'node:fs';
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';
import { handlerOf, type PackedModelOptions, readOptions } from '../load/packed-model.ts';
import { messageOf, refusal } from '../load/refusal.ts';
import { addressOfPart, wholeFile } from '../load/split-source.ts';

/**
 * A packed model at a path, for `tf.loadLayersModel` or `tf.loadGraphModel`; read in pieces, never the whole file at once. Of a file that
 * was split, the others are expected beside it: `small.gcm.1`, … .
 *
 * @throws GCompressError `invalid-option` for anything but a path; from `load` what `packedModel` of `./load` says.
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
    throw refusal('file-read', `a file at '${String(path)}'`, messageOf(cause), cause);
  }
}
