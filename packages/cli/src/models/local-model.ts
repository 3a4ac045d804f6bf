// Models in the file system: a folder with a model.json, or a packed file.
import { stat } from 'node:fs/promises';
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
  return { artifacts, bytes: await bytesOfParts(path), isPacked: true, path };
}

/** What a handler loads; all handlers here can load. */
export async function loaded(handler: io.IOHandler): Promise<io.ModelArtifacts> {
  return (await handler.load?.()) as io.ModelArtifacts;
}

/** Bytes of the weights of artifacts as their files hold them. */
export function weightBytes({ weightData = [] }: io.ModelArtifacts): number {
  return [weightData].flat().reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Bytes of a packed file together with the parts beside it. */
async function bytesOfParts(path: string): Promise<number> {
  let bytes = (await stat(path)).size;
  for (let part = 1; ; part++) {
    const info = await stat(`${path}.${part}`).catch(() => undefined);
    if (!info) return bytes;
    bytes += info.size;
  }
}
