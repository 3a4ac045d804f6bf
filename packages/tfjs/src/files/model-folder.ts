import { randomUUID } from 'node:crypto';
import { access, lstat, mkdir, open, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { assertKnownOptions, assertNumber, describeValue, GCompressError, isGCompressError } from '@gcompress/core';
import type { io } from '@tensorflow/tfjs-core';
import { withFolderLock } from './folder-lock.ts';
import { loadModel, MODEL_FILE } from './model-reader.ts';

const WEIGHTS = /^weights-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.bin$/;
/** A description that is not in place yet; what it names belongs to a save that was interrupted. */
const PARTIAL = /^\.gcompress-model-([0-9a-f-]{36})\.partial$/;
const MAX_BYTES = 2 ** 32;

/** Limits of {@link modelFolder}. */
export interface ModelFolderOptions {
  /** Bytes of weights that a load reads at most; 2³² (4 GiB) by default. */
  readonly maxBytes?: number;
}

/**
 * Saves a model to a folder of the file system and loads it from there, on every backend: only `tfjs-node` knows `file://`. Writes
 * `model.json` and `weights-<id>.bin` in the form of tfjs, so that either can read what the other wrote. Touches no other file of the
 * folder, and refuses to replace a `model.json` that it did not write.
 *
 * A save replaces `model.json`, which names its weights, as its last step. So the old or the new model is loaded, whole, whenever the
 * process ends. Saves to one folder come one after the other, those of several processes too; others may load meanwhile.
 *
 * ```ts
 * await model.save(modelFolder('mnist-small'));
 * const loaded = await tf.loadLayersModel(modelFolder('mnist-small'));
 * ```
 *
 * @throws GCompressError `invalid-option` for what is no path or limit; from save and load: `file-write`, `file-read`, `file-header`,
 * `file-truncated`, or `file-oversized` for more than `maxBytes`.
 */
export function modelFolder(path: string, options: ModelFolderOptions = {}): io.IOHandler {
  assertPath('modelFolder', path);
  assertKnownOptions('modelFolder', options, ['maxBytes']);
  const { maxBytes = MAX_BYTES } = options;
  assertNumber('modelFolder', 'maxBytes', maxBytes, { min: 0 });
  const folder = resolve(path);
  return { save: (artifacts) => save(folder, artifacts), load: () => loadModel(folder, maxBytes) };
}

/** @throws GCompressError `invalid-option` for what cannot be a path. */
export function assertPath(where: string, path: unknown): asserts path is string {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return;
  throw new GCompressError('invalid-option', { where, expected: 'a path', actual: describeValue(path) });
}

async function save(folder: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  if (typeof artifacts !== 'object' || artifacts === null) {
    const details = {
      where: 'modelFolder.save',
      expected: 'the artifacts of a model',
      actual: describeValue(artifacts),
    };
    throw new GCompressError('invalid-option', details);
  }
  try {
    await mkdir(folder, { recursive: true });
    const root = await realpath(folder);
    return await withFolderLock(root, () => write(root, artifacts));
  } catch (cause) {
    if (isGCompressError(cause)) throw cause;
    throw new GCompressError('file-write', {
      where: `model folder '${folder}'`,
      expected: 'a place that can be written',
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: 'Choose another folder; what was there before is unchanged.',
      cause,
    });
  }
}

async function write(folder: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  const replaced = await replaceable(folder);
  await removePartial(folder);
  const { weightSpecs = [], weightData, ...description } = artifacts;
  const weights = joined(weightData);
  const id = randomUUID();
  const file = `weights-${id}.bin`;
  const weightsManifest = [{ paths: [`./${file}`], weights: weightSpecs }];
  const model = JSON.stringify({ ...description, weightsManifest, gcompress: { replaced } });
  const partial = join(folder, `.gcompress-model-${id}.partial`);
  try {
    // The description comes first: after a crash it says that the weights are nobody's
    await writeFile(partial, model, { flush: true });
    await writeFile(join(folder, file), weights, { flush: true, flag: 'wx' });
    await flushFolder(folder);
    await rename(partial, join(folder, MODEL_FILE));
  } catch (cause) {
    await rm(join(folder, file), { force: true }).catch(() => {});
    await rm(partial, { force: true }).catch(() => {});
    throw cause;
  }
  await flushFolder(folder);
  // The model is saved, whether these can be removed or not
  for (const old of replaced) await rm(join(folder, old), { force: true }).catch(() => {});
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

/** Weight files of the model that is replaced, and those that it replaced and could not remove. Refuses a model of others. */
async function replaceable(folder: string): Promise<string[]> {
  const path = join(folder, MODEL_FILE);
  const info = await lstat(path).catch(() => undefined);
  if (info === undefined) return [];
  try {
    if (!info.isFile()) throw new Error('no regular file');
    const { weightsManifest, gcompress } = JSON.parse(await readFile(path, 'utf8'));
    const names: unknown[] = [weightsManifest[0].paths[0].slice(2), ...gcompress.replaced];
    if (names.every((name) => typeof name === 'string' && WEIGHTS.test(name))) {
      const there = new Set(await readdir(folder));
      return (names as string[]).filter((name, i) => i === 0 || there.has(name));
    }
  } catch {
    // As for one that names other files
  }
  throw new GCompressError('file-write', {
    where: `model folder '${folder}'`,
    expected: `no ${MODEL_FILE}, or one that modelFolder wrote`,
    actual: `a ${MODEL_FILE} of another program`,
    hint: 'Choose another folder, or move the model that is there; it is unchanged.',
  });
}

/** Removes what interrupted saves left. */
async function removePartial(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const id = PARTIAL.exec(name)?.[1];
    if (id === undefined) continue;
    await rm(join(folder, `weights-${id}.bin`), { force: true });
    await rm(join(folder, name), { force: true });
  }
}

/** Makes names durable; some systems cannot. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** Whether a model was saved to this folder. */
export async function hasModel(path: string): Promise<boolean> {
  return access(join(resolve(path), MODEL_FILE)).then(
    () => true,
    () => false,
  );
}

function joined(data: io.WeightData | undefined): Uint8Array {
  const parts = data === undefined ? [] : Array.isArray(data) ? data : [data];
  return Buffer.concat(parts.map((part) => new Uint8Array(part)));
}
