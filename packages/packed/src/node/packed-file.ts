// A packed model in a file of the file system.
import { createReadStream } from 'node:fs';
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';
import { handlerOf, type PackedModelOptions, readOptions } from '../load/packed-model.ts';
import { messageOf, refusal } from '../load/refusal.ts';
import type { OpenSource } from '../load/source.ts';

/**
 * A packed model at a path, for `tf.loadLayersModel` or `tf.loadGraphModel`; read in pieces, never the whole file at once.
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
  return handlerOf(async (signal) => openPath(path, signal), read);
}

function isFileAddress(path: unknown): boolean {
  return path instanceof URL && path.protocol === 'file:';
}

function openPath(path: string | URL, signal: AbortSignal | undefined): OpenSource {
  signal?.throwIfAborted();
  const stream = createReadStream(path, { highWaterMark: 2 ** 18 });
  const pieces = stream[Symbol.asyncIterator]();
  return {
    async next() {
      signal?.throwIfAborted();
      try {
        const { value, done } = await pieces.next();
        return done ? undefined : (value as Uint8Array);
      } catch (cause) {
        throw refusal('file-read', `a file at '${String(path)}'`, messageOf(cause), cause);
      }
    },
    async close() {
      stream.destroy();
    },
  };
}
