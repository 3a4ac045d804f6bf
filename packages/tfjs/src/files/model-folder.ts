import { randomUUID } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { GCompressError } from '@gcompress/core';
import type { io } from '@tensorflow/tfjs-core';

const MODEL_FILE = 'model.json';
const WEIGHTS_FILE = 'weights.bin';
/** How the name of what was there before ends, while a save puts the new folder in its place. */
const OLD = '-old';

/**
 * Saves a model to a folder of the file system and loads it from there, on every backend: only `tfjs-node` knows `file://`. Writes
 * `model.json` and `weights.bin` as tfjs does, so that either can read what the other wrote. The folder appears complete or not at
 * all: after a save that was interrupted, even by the end of the process, what was there before is loaded. Others may load while one
 * program saves.
 *
 * ```ts
 * await model.save(modelFolder('mnist-small'));
 * const loaded = await tf.loadLayersModel(modelFolder('mnist-small'));
 * ```
 *
 * @throws GCompressError from save and load: `file-write`, `file-read`, `file-header` or `file-truncated`.
 */
export function modelFolder(path: string): io.IOHandler {
  const folder = resolve(path);
  return { save: (artifacts) => save(folder, artifacts), load: () => load(folder) };
}

async function save(folder: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  const { weightSpecs = [], weightData, ...description } = artifacts;
  const weights = joined(weightData);
  const weightsManifest = [{ paths: [`./${WEIGHTS_FILE}`], weights: weightSpecs }];
  const model = JSON.stringify({ ...description, weightsManifest });
  const partial = `${hidden(folder)}${randomUUID()}`;
  const old = `${partial}${OLD}`;
  try {
    await mkdir(partial, { recursive: true });
    await writeFile(join(partial, WEIGHTS_FILE), weights, { flush: true });
    await writeFile(join(partial, MODEL_FILE), model, { flush: true });
    await moveAway(folder, old);
    await rename(partial, folder);
  } catch (cause) {
    // Both fail where there is nothing to undo
    await rm(partial, { recursive: true, force: true }).catch(() => {});
    await rename(old, folder).catch(() => {});
    throw new GCompressError('file-write', {
      where: `model folder '${folder}'`,
      expected: 'a place that can be written',
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: 'Choose another folder; what was there before is unchanged.',
      cause,
    });
  }
  // Also what interrupted saves have left; the model is saved, whether it can be removed or not
  for (const leftover of await leftovers(folder)) await rm(leftover, { recursive: true, force: true }).catch(() => {});
  return {
    modelArtifactsInfo: {
      dateSaved: new Date(),
      modelTopologyType: 'JSON',
      modelTopologyBytes: Buffer.byteLength(model),
      weightSpecsBytes: Buffer.byteLength(JSON.stringify(weightSpecs)),
      weightDataBytes: weights.byteLength,
    },
  };
}

/** Moves what is at `from`, if anything is. */
async function moveAway(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** How the names of folders begin that a save writes beside the folder that it is for. */
function hidden(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}.partial-`);
}

/** Folders that saves of this one have left behind, or are writing. */
async function leftovers(folder: string): Promise<string[]> {
  const names = await readdir(dirname(folder)).catch(() => []);
  return names.map((name) => join(dirname(folder), name)).filter((path) => path.startsWith(hidden(folder)));
}

/** Where the model of a folder is; undefined when there is none. For a moment of each save, it is in what was moved away. */
async function findModel(folder: string): Promise<string | undefined> {
  const old = (await leftovers(folder)).filter((path) => path.endsWith(OLD));
  for (const candidate of [folder, ...old, folder]) {
    const found = await access(join(candidate, MODEL_FILE)).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return undefined;
}

/** Whether a model was saved to this folder. */
export async function hasModel(path: string): Promise<boolean> {
  return (await findModel(resolve(path))) !== undefined;
}

async function load(path: string): Promise<io.ModelArtifacts> {
  const folder = (await findModel(path)) ?? path;
  const text = (await read(join(folder, MODEL_FILE))).toString('utf8');
  let model: io.ModelJSON;
  try {
    model = JSON.parse(text);
  } catch (cause) {
    throw badModel(folder, 'JSON', 'something else', cause);
  }
  const { weightsManifest, ...description } = model;
  if (!Array.isArray(weightsManifest)) throw badModel(folder, 'a weightsManifest', typeof weightsManifest);
  const paths = weightsManifest.flatMap((group) => group.paths);
  const shards = await Promise.all(paths.map((path) => read(inside(folder, path))));
  const weightSpecs = weightsManifest.flatMap((group) => group.weights);
  const weightData = Uint8Array.from(Buffer.concat(shards)).buffer;
  assertComplete(folder, weightSpecs, weightData.byteLength);
  return { ...description, weightSpecs, weightData };
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new GCompressError('file-read', {
      where: `model file '${path}'`,
      expected: 'a file that can be read',
      actual: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

/** The path of a file that the model names; one outside the folder is refused, because the model may be hostile. */
function inside(folder: string, path: unknown): string {
  const full = resolve(folder, String(path));
  const within = relative(folder, full);
  if (within.startsWith('..') || isAbsolute(within)) throw badModel(folder, 'weight files in the folder', String(path));
  return full;
}

/** tfjs checks neither; a short file would give weights of another size. */
function assertComplete(folder: string, specs: readonly io.WeightsManifestEntry[], bytes: number): void {
  const elementBytes = { float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2 } as const;
  let expected = 0;
  for (const { dtype, shape, quantization } of specs) {
    if (dtype === 'string') return; // its length is in the data
    const stored = quantization?.dtype ?? dtype;
    expected += shape.reduce((size, side) => size * side, elementBytes[stored]);
  }
  if (bytes === expected) return;
  throw new GCompressError('file-truncated', {
    where: `model folder '${folder}'`,
    expected: `${expected} bytes of weights`,
    actual: `${bytes}`,
    hint: 'Copy or download the model again.',
  });
}

function joined(data: io.WeightData | undefined): Uint8Array {
  const parts = data === undefined ? [] : Array.isArray(data) ? data : [data];
  return Buffer.concat(parts.map((part) => new Uint8Array(part)));
}

function badModel(folder: string, expected: string, actual: string, cause?: unknown): GCompressError {
  return new GCompressError('file-header', { where: `${folder}/${MODEL_FILE}`, expected, actual, cause });
}
