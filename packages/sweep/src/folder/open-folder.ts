// Creates the folder of a sweep, or checks that a folder is one.
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GCompressError } from '@gcompress/core';
import { folderError, systemCode } from './folder-errors.ts';

const HEADER = 'sweep.json';
const FORMAT = 'gcompress-sweep';
const VERSION = 1;

/** Where the parts of a sweep's folder are. */
export interface SweepFolder {
  /** Holds one append-only journal for each process that wrote to the sweep. */
  readonly journals: string;
  /** Holds the lease files. */
  readonly leases: string;
}

/**
 * Opens the folder of a sweep; creates it if it does not exist or is empty.
 *
 * @throws GCompressError `file-header` for a folder with other content, `unsupported-version` for a sweep of a newer version, `file-write` or
 * `file-read` if the system refuses.
 */
export async function openFolder(path: string): Promise<SweepFolder> {
  const folder = { journals: join(path, 'journals'), leases: join(path, 'leases') };
  const names = await namesIn(path);
  if (names.includes(HEADER)) {
    await assertHeader(path);
  } else if (names.some((name) => !['journals', 'leases'].includes(name) && !name.startsWith(HEADER))) {
    throw new GCompressError('file-header', {
      where: `'${path}'`,
      expected: 'the folder of a sweep, or an empty one',
      actual: `a folder without ${HEADER}`,
      hint: 'Choose another folder; nothing was changed.',
    });
  }
  try {
    await mkdir(folder.journals, { recursive: true });
    await mkdir(folder.leases, { recursive: true });
    if (!names.includes(HEADER)) await writeHeader(path);
  } catch (cause) {
    throw folderError('file-write', path, cause);
  }
  return folder;
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return [];
    throw folderError('file-read', path, cause);
  }
}

/** Writes the header whole or not at all: several processes may open a new folder at a time. */
async function writeHeader(path: string): Promise<void> {
  const temporary = join(path, `${HEADER}.${randomUUID()}`);
  try {
    await writeFile(temporary, `${JSON.stringify({ format: FORMAT, version: VERSION })}\n`);
    await rename(temporary, join(path, HEADER));
  } finally {
    await rm(temporary, { force: true });
  }
}

async function assertHeader(path: string): Promise<void> {
  const text = await readFile(join(path, HEADER), 'utf8').catch((cause) => {
    throw folderError('file-read', join(path, HEADER), cause);
  });
  let header: { readonly format?: unknown; readonly version?: unknown } | undefined;
  try {
    header = JSON.parse(text);
  } catch {
    // The check below refuses it
  }
  const where = `'${join(path, HEADER)}'`;
  if (header?.format !== FORMAT || !Number.isInteger(header.version)) {
    throw new GCompressError('file-header', { where, expected: 'the header of a sweep', actual: 'something else' });
  }
  if (header.version === VERSION) return;
  throw new GCompressError('unsupported-version', {
    where,
    expected: `version ${VERSION}`,
    actual: `version ${header.version}`,
    hint: 'Update @gcompress/sweep.',
  });
}
