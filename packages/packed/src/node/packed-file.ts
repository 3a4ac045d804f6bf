// An IOHandler for a packed model on disk, in one file or in the files that splitFile made.
import { createReadStream } from 'node:fs';
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';
import { handlerOf, type PackedModelOptions, readOptions } from '../load/packed-model.ts';
import { refusal } from '../load/refusal.ts';
import type { OpenSource } from '../load/source.ts';
import { addressOfPart, wholeFile } from '../load/split-source.ts';

/**
 * A packed model at a path, for `tf.loadLayersModel` or `tf.loadGraphModel`. The file is read in pieces. The other files of a split model
 * must be in the same folder: `small.gcm.1`, … .
 *
 * @throws GCompressError `invalid-option` for anything but a path; `load` throws the errors that `packedModel` of `./load` lists.
 */
export function packedFile(path: string | URL, options: PackedModelOptions = {}): io.IOHandler {
  const read = readOptions('packedFile', options);
  const open = openFile('packedFile', path);
  return handlerOf(() => open(read.signal), read);
}

/**
 * A source for a file at a path, split or not, such as for `storedModel` of `./stored` or `verify` of `./probes`.
 *
 * @throws GCompressError `invalid-option` for anything but a path.
 */
export function fileSource(path: string | URL): OpenSource {
  return openFile('fileSource', path);
}

function openFile(where: string, path: string | URL): OpenSource {
  const isPath = (typeof path === 'string' && path !== '' && !path.includes('\0')) || isFileAddress(path);
  if (!isPath) {
    throw new GCompressError('invalid-option', {
      where,
      expected: 'a path, or an address file:',
      actual: describeValue(path),
    });
  }
  const placeOf = (part: number) => {
    if (path instanceof URL) return new URL(addressOfPart(path.href, part));
    return part === 0 ? path : `${path}.${part}`;
  };
  return (signal) => wholeFile((part) => piecesOf(placeOf(part), signal));
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
