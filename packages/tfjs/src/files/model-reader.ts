// Reads a model folder while other processes may write it.
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';
import { badModel, type CheckedModel, parseModelJson, storedBytes } from './model-json.ts';

/** The file that describes a model and names its weights. */
export const MODEL_FILE = 'model.json';
/** The most bytes of a description that are parsed. */
const MAX_DESCRIPTION = 2 ** 28;
/** How many saves may interrupt one load. */
const ATTEMPTS = 100;

/** Loads the whole model of a folder, even while another process saves to it. */
export async function loadModel(folder: string, maxBytes: number): Promise<io.ModelArtifacts> {
  const path = join(folder, MODEL_FILE);
  const limit = Math.min(maxBytes, MAX_DESCRIPTION);
  for (let attempt = 1; ; attempt++) {
    const text = (await readWhole(path, limit)).toString('utf8');
    const model = parseModelJson(path, text);
    try {
      const weightData = await readWeights(folder, model, maxBytes);
      return { ...model.description, weightSpecs: model.weightSpecs, weightData };
    } catch (error) {
      // A save has removed the weights that this description names and replaced the description
      const overtaken = attempt < ATTEMPTS && (await readWhole(path, limit)).toString('utf8') !== text;
      if (!overtaken) throw error;
    }
  }
}

async function readWeights(folder: string, model: CheckedModel, maxBytes: number): Promise<ArrayBuffer> {
  const { paths, weightSpecs } = model;
  const where = `model folder '${folder}'`;
  const expected = weightSpecs.reduce((sum, spec) => sum + storedBytes(spec), 0);
  if (expected > maxBytes) throw oversized(where, maxBytes, expected);
  const files = new Set<string>();
  const shards: Buffer[] = [];
  let bytes = 0;
  for (const path of paths) {
    const file = await inside(folder, path);
    if (files.has(file)) throw badModel(where, 'each weight file once', describeValue(path));
    files.add(file);
    const shard = await readWhole(file, maxBytes - bytes);
    bytes += shard.byteLength;
    shards.push(shard);
  }
  const data = Uint8Array.from(Buffer.concat(shards));
  const found = weightSpecs.some(({ dtype }) => dtype === 'string') ? bytesWithTexts(weightSpecs, data) : expected;
  if (bytes !== found) {
    throw new GCompressError('file-truncated', {
      where,
      expected: `${found} bytes of weights`,
      actual: `${bytes}`,
      hint: 'Copy or download the model again.',
    });
  }
  return data.buffer;
}

/** Bytes of the weights if some are texts; each text begins with its length. */
function bytesWithTexts(specs: readonly io.WeightsManifestEntry[], data: Uint8Array): number {
  const view = new DataView(data.buffer);
  let offset = 0;
  for (const spec of specs) {
    if (spec.dtype !== 'string') {
      offset += storedBytes(spec);
      continue;
    }
    for (let left = storedBytes(spec) / 4; left > 0; left--) {
      if (offset + 4 > data.byteLength) return offset + 4;
      offset += 4 + view.getUint32(offset, true);
    }
  }
  return offset;
}

/** The path of a file that the model names. A path outside the folder is refused, because the model may be hostile. */
async function inside(folder: string, path: string): Promise<string> {
  const full = resolve(folder, path);
  assertWithin(folder, full, path);
  const [root, file] = await Promise.all([realpath(folder), realpath(full)]).catch((cause: unknown) => {
    throw cannotRead(full, cause);
  });
  assertWithin(root, file, path);
  return file;
}

function assertWithin(folder: string, file: string, path: string): void {
  const within = relative(folder, file);
  if (within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within)) {
    throw badModel(join(folder, MODEL_FILE), 'weight files in the folder', describeValue(path));
  }
}

/** Reads a regular file of at most `limit` bytes; refuses pipes, which might never end. */
async function readWhole(path: string, limit: number): Promise<Buffer> {
  try {
    const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const info = await handle.stat();
      if (!info.isFile()) throw new Error('no regular file');
      if (info.size > limit) throw oversized(`model file '${path}'`, limit, info.size);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw cause instanceof GCompressError ? cause : cannotRead(path, cause);
  }
}

function oversized(where: string, limit: number, bytes: number): GCompressError {
  return new GCompressError('file-oversized', {
    where,
    expected: `at most ${limit} bytes`,
    actual: `${bytes}`,
    hint: 'Raise maxBytes if you trust the model.',
  });
}

function cannotRead(path: string, cause: unknown): GCompressError {
  return new GCompressError('file-read', {
    where: `model file '${path}'`,
    expected: 'a file that can be read',
    actual: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
}
