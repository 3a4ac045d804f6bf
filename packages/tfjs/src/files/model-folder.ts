// Saves models to a folder of the file system and loads them from it.
import { randomUUID } from 'node:crypto';
import {
  access,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { GCompressError, isGCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber, describeValue } from '@gcompress/core/checks';
import type { io } from '@tensorflow/tfjs-core';
import { loadModel, MODEL_FILE } from './model-reader.ts';

const WEIGHTS = /^weights-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.bin$/;
/** Names of descriptions that no save has put into place yet. */
const PARTIAL = /^\.gcompress-model-[0-9a-f-]{36}\.partial$/;
/** After this many milliseconds, a file that no model names counts as left by an interrupted save. */
const ABANDONED_AFTER = 600_000;
const MAX_BYTES = 2 ** 32;

/** Limits of {@link modelFolder}. */
export interface ModelFolderOptions {
  /** The most bytes of weights that a load reads. Default 2³² (4 GiB). */
  readonly maxBytes?: number;
}

/**
 * Saves a model to a folder of the file system and loads it from there, on every backend; tfjs itself knows `file://` only with
 * `tfjs-node`. Writes `model.json` and `weights-<id>.bin` in the format of tfjs, so that each can read the other's files. It touches no
 * other file in the folder, and it refuses to replace a `model.json` that it did not write.
 *
 * Each save writes weights under a new name and replaces `model.json`, which names them, last. So whenever the process ends, a load finds
 * either the old or the new model, whole. Several programs may save to and load from one folder at the same time: the last save wins,
 * and a load whose weights were replaced starts again.
 *
 * ```ts
 * await model.save(modelFolder('mnist-small'));
 * const loaded = await tf.loadLayersModel(modelFolder('mnist-small'));
 * ```
 *
 * @throws GCompressError `invalid-option` for anything but a path or limit; from save and load: `file-write`, `file-read`, `file-header`,
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

/** @throws GCompressError `invalid-option` for anything but a path. */
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
    return await write(root, artifacts);
  } catch (cause) {
    if (isGCompressError(cause)) throw cause;
    throw new GCompressError('file-write', {
      where: `model folder '${folder}'`,
      expected: 'a place that can be written',
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: 'Choose another folder. The model that was there before is unchanged.',
      cause,
    });
  }
}

async function write(folder: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  const { weightSpecs = [], weightData, ...description } = artifacts;
  const weights = joined(weightData);
  const id = randomUUID();
  const file = `weights-${id}.bin`;
  const weightsManifest = [{ paths: [`./${file}`], weights: weightSpecs }];
  const model = JSON.stringify({ ...description, weightsManifest });
  const partial = join(folder, `.gcompress-model-${id}.partial`);
  let replaced: string[];
  try {
    replaced = await ownWeights(folder);
    await writeFile(join(folder, file), weights, { flush: true, flag: 'wx' });
    await writeFile(partial, model, { flush: true, flag: 'wx' });
    // Fails if the computer slept for so long that another save removed these weights as abandoned
    await utimes(join(folder, file), new Date(), new Date());
    await flushFolder(folder);
    await rename(partial, join(folder, MODEL_FILE));
  } catch (cause) {
    await removeFiles(folder, [file, basename(partial)]);
    throw cause;
  }
  await flushFolder(folder);
  // The model is saved, even if old files cannot be removed
  await removeFiles(folder, [...replaced, ...(await abandoned(folder, file).catch(() => []))]);
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

/**
 * The weight files of the model in the folder.
 *
 * @throws GCompressError `file-write` for a model that another program wrote, because a save would destroy it.
 */
async function ownWeights(folder: string): Promise<string[]> {
  const path = join(folder, MODEL_FILE);
  const info = await lstat(path).catch(() => undefined);
  if (info === undefined) return [];
  try {
    if (!info.isFile()) throw new Error('no regular file');
    const { weightsManifest } = JSON.parse(await readFile(path, 'utf8'));
    const paths: unknown[] = weightsManifest.flatMap((group: { paths: unknown[] }) => group.paths);
    const names = paths.map((name) => String(name).replace(/^\.\//, ''));
    if (names.length > 0 && names.every((name) => WEIGHTS.test(name))) return names;
  } catch {
    // The same error as for a model.json that names other files
  }
  throw new GCompressError('file-write', {
    where: `model folder '${folder}'`,
    expected: `no ${MODEL_FILE}, or a ${MODEL_FILE} that modelFolder wrote`,
    actual: `a ${MODEL_FILE} that another program wrote`,
    hint: 'Choose another folder, or move that model. It is unchanged.',
  });
}

/** Files that interrupted saves left: old files that no model names. */
async function abandoned(folder: string, saved: string): Promise<string[]> {
  const candidates = (await readdir(folder)).filter((name) => WEIGHTS.test(name) || PARTIAL.test(name));
  if (candidates.every((name) => name === saved)) return [];
  // Another program may have saved in the meantime
  const current = new Set([saved, ...(await ownWeights(folder))]);
  const old: string[] = [];
  for (const name of candidates.filter((candidate) => !current.has(candidate))) {
    const info = await stat(join(folder, name)).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > ABANDONED_AFTER) old.push(name);
  }
  return old;
}

/** Removes these files; ignores files that cannot be removed. */
async function removeFiles(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) await rm(join(folder, name), { force: true }).catch(() => {});
}

/**
 * Deletes the model that {@link modelFolder} saved to a folder, and the folder if it is then empty. Does nothing if the folder has no
 * model.
 *
 * @throws GCompressError `file-write` for a model that another program wrote, which is not deleted.
 */
export async function deleteModel(path: string): Promise<void> {
  assertPath('deleteModel', path);
  const folder = resolve(path);
  if (!(await hasModel(folder))) return;
  const weights = await ownWeights(folder);
  await removeFiles(folder, [MODEL_FILE, ...weights]);
  // Fails if the folder holds other files, which stay
  await rmdir(folder).catch(() => {});
}

/** Writes the folder's names to the disk; ignores systems that cannot. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** True if a model was saved to this folder. */
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
