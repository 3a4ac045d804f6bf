// Reads models from the file system: a folder with a model.json, or a packed file.
import { open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { packedFile } from '@gcompress/packed/node';
import { modelFolder } from '@gcompress/tfjs/files';
import type { io } from '@tensorflow/tfjs-core';
import { inputError } from '../process/refusals.ts';
import { decoders } from './decoders.ts';
import type { OnRead, OpenedModel } from './opened-model.ts';

const MODEL_FILE = 'model.json';

/** The model of a folder. Weight files outside of it are refused. */
export async function fromFolder(folder: string): Promise<Omit<OpenedModel, 'name'>> {
  const artifacts = await loaded(modelFolder(folder));
  const description = await stat(join(folder, MODEL_FILE));
  return { artifacts, bytes: description.size + weightBytes(artifacts), isPacked: false, path: folder };
}

/** The model of a `model.json` or of a packed file. */
export async function fromFile(path: string, onRead?: OnRead): Promise<Omit<OpenedModel, 'name'>> {
  if (basename(path) === MODEL_FILE) return fromFolder(dirname(path));
  if (path.endsWith('.json')) {
    throw inputError(`'${path}'`, `a file called ${MODEL_FILE}, or a packed file`, `'${basename(path)}'`);
  }
  const artifacts = await loaded(packedFile(path, { formats: decoders(), ...(onRead && { onProgress: onRead }) }));
  return { artifacts, bytes: await bytesOfFile(path), isPacked: true, path };
}

/** Loads the artifacts of a handler; all handlers here can load. */
export async function loaded(handler: io.IOHandler): Promise<io.ModelArtifacts> {
  return (await handler.load?.()) as io.ModelArtifacts;
}

/** Bytes of the weights of artifacts as their files hold them. */
export function weightBytes({ weightData = [] }: io.ModelArtifacts): number {
  return [weightData].flat().reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Bytes of a packed file, together with its other parts if it was split. */
async function bytesOfFile(path: string): Promise<number> {
  const parts = await numberOfParts(path);
  const sizes = Array.from({ length: parts }, async (_, i) => (await stat(i === 0 ? path : `${path}.${i}`)).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** How many files a packed model was split into: each file stores it after letters, version and number. */
async function numberOfParts(path: string): Promise<number> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(12), 0, 12, 0);
    return bytesRead === 12 && buffer.toString('latin1', 0, 3) === 'GCP' ? buffer.readUInt32LE(8) : 1;
  } finally {
    await handle.close();
  }
}
