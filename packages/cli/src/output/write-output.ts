// Writes output files and folders atomically: whole or not at all.
import { randomUUID } from 'node:crypto';
import {
  access,
  constants,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { isGCompressError } from '@gcompress/core';
import { messageOf, outputError } from '../process/refusals.ts';
import { withTemporary } from '../process/temporaries.ts';

/** The path of an output, and protection against overwriting. */
export interface Target {
  readonly path: string;
  /** Whether an output that exists may be replaced. */
  readonly force: boolean;
  /** The file or folder of the model; undefined if it comes from elsewhere. */
  readonly source?: string | undefined;
  /** What is written: an older output of the same kind may be replaced. A packed file by default. */
  readonly kind?: OutputKind;
}

/** A kind of file that the program writes and recognizes by its beginning. */
export type OutputKind = 'packed' | 'report' | 'sweep';

/** Beginnings of files: a packed file, a part of one, a report, the results of a sweep. */
const BEGINNINGS: Readonly<Record<OutputKind, RegExp>> = {
  packed: /^GC[MP]/,
  report: /^<!doctype html>[\s\S]{0,99}<meta name="generator" content="gcompress report">/,
  sweep: /^(?:<!doctype html>[\s\S]{0,99}<meta name="generator" content="gcompress sweep">|<!-- gcompress sweep -->)/,
};
const KIND_NAMES: Readonly<Record<OutputKind, string>> = {
  packed: 'packed one',
  report: 'report',
  sweep: 'table of a sweep',
};

/**
 * Throws if a file may not be written, before any work is done. A packed file may be replaced by another packed file, any other file only with
 * `force`, and the source never. The same holds for reports and the results of sweeps.
 *
 * @throws GCompressError `file-write`.
 */
export async function assertFileTarget({ path, force, source, kind = 'packed' }: Target): Promise<void> {
  await assertParent(path);
  const info = await lstat(path).catch(() => undefined);
  if (info === undefined) return;
  if (!info.isFile()) throw outputError(`'${path}'`, 'the path of a file', 'something else that is there');
  const isOwn = await beginsAs(path, BEGINNINGS[kind]);
  await assertNotSource(path, source, isOwn);
  if (force || isOwn) return;
  const hint = 'Choose another path, or replace it with --force.';
  throw outputError(`'${path}'`, `no file, or a ${KIND_NAMES[kind]}`, 'a file that gcompress did not write', hint);
}

/**
 * Throws if a folder may not be written. An empty folder may be filled; with `force`, a folder that holds nothing but a model may be replaced.
 *
 * @throws GCompressError `file-write`.
 */
export async function assertFolderTarget({ path, force, source }: Target): Promise<void> {
  await assertParent(path);
  const info = await lstat(path).catch(() => undefined);
  if (info === undefined) return;
  await assertNotSource(path, source, false);
  if (!info.isDirectory()) throw outputError(`'${path}'`, 'the path of a folder', 'something else that is there');
  const names = await readdir(path).catch((cause) => {
    throw outputError(`'${path}'`, 'a folder that can be read', messageOf(cause));
  });
  const stranger = names.find((name) => name !== 'model.json' && !name.endsWith('.bin'));
  if (stranger !== undefined) {
    throw outputError(`'${path}'`, 'an empty folder, or one of a model', `one that holds '${stranger}'`);
  }
  if (names.length === 0 || force) return;
  const hint = 'Choose another folder, or replace it with --force.';
  throw outputError(`'${path}'`, 'no folder, or an empty one', 'a folder with a model', hint);
}

/** Writes all parts of a file into one folder, `{ 'small.gcm': …, 'small.gcm.1': … }`; the first part is written last. */
export async function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const [first, ...others] = Object.entries(files);
  for (const [name, bytes] of [...others, first]) {
    if (bytes !== undefined) await writeWhole(join(folder, name as string), bytes);
  }
}

/** Writes a folder with these files, replacing an existing folder. */
export async function writeFolder(path: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const [partial, replaced] = [temporaryBeside(path), temporaryBeside(path)];
  await writing(path, () =>
    withTemporary(partial, async () => {
      await mkdir(partial);
      for (const [name, bytes] of Object.entries(files)) {
        await writeFile(join(partial, name), bytes, { flush: true, flag: 'wx' });
      }
      const isReplaced = await rename(path, replaced).then(
        () => true,
        (cause) => {
          if (cause.code !== 'ENOENT') throw cause;
          return false;
        },
      );
      await rename(partial, path).catch(async (cause) => {
        if (isReplaced) await rename(replaced, path);
        throw cause;
      });
      if (isReplaced) await rm(replaced, { recursive: true, force: true });
    }),
  );
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const partial = temporaryBeside(path);
  await writing(path, () =>
    withTemporary(partial, async () => {
      await writeFile(partial, bytes, { flush: true, flag: 'wx' });
      await rename(partial, path);
    }),
  );
}

/** @throws GCompressError `file-write` instead of the file system's error. */
async function writing(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (isGCompressError(cause)) throw cause;
    throw outputError(`'${path}'`, 'a place that can be written', messageOf(cause), 'No file is half-written.');
  }
}

function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.partial`);
}

async function assertParent(path: string): Promise<void> {
  const folder = dirname(path);
  const info = await stat(folder).catch(() => undefined);
  if (!info?.isDirectory()) {
    throw outputError(`'${path}'`, 'a folder to write to', `none at '${folder}'`, 'Make the folder first.');
  }
  await access(folder, constants.W_OK).catch((cause) => {
    throw outputError(`'${path}'`, 'a place that can be written', messageOf(cause), 'Nothing was computed yet.');
  });
}

/** A packed file or a report in the folder of a model does not belong to this model; any other file may. */
async function assertNotSource(path: string, source: string | undefined, isOwn: boolean): Promise<void> {
  if (source === undefined) return;
  const [target = path, original = source] = await Promise.all([path, source].map((each) => realpath(each)));
  const isInside = target.startsWith(original + sep) && !isOwn;
  if (target !== original && !isInside) return;
  throw outputError(`'${path}'`, 'another place than that of the model', 'the model itself, or a file of it');
}

async function beginsAs(path: string, beginning: RegExp): Promise<boolean> {
  const handle = await open(path).catch(() => undefined);
  try {
    const { buffer } = (await handle?.read(Buffer.alloc(256), 0, 256, 0)) ?? {};
    return buffer !== undefined && beginning.test(buffer.toString('latin1'));
  } finally {
    await handle?.close();
  }
}
