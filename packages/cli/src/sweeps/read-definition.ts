// Reads the definition of a sweep from JSON or from a module.
import { readFile } from 'node:fs/promises';
import { dirname, parse, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ReadSweep, readSweep } from '@gcompress/sweep';
import { inputError, messageOf, usageError } from '../process/refusals.ts';

/** A definition, and what follows from where it was. */
export interface FoundSweep extends ReadSweep {
  /** Name of the file without folder and ending. */
  readonly name: string;
  /** Path of the job module. */
  readonly job: string;
}

/**
 * Reads and checks a definition. The path of its job is relative to the file.
 *
 * @throws GCompressError `invalid-option`, `unknown-option` for content that is no definition; `file-read` for a file that cannot be read.
 */
export async function readDefinition(path: string, cwd: string): Promise<FoundSweep> {
  const full = resolve(cwd, path);
  const definition = full.endsWith('.json') ? await fromJson(full, path) : await fromModule(full, path);
  const read = readSweep(definition as Parameters<typeof readSweep>[0]);
  return { ...read, name: parse(full).name, job: resolve(dirname(full), read.job) };
}

async function fromJson(full: string, shown: string): Promise<unknown> {
  const text = await readFile(full, 'utf8').catch((cause) => {
    throw inputError(`'${shown}'`, 'a file that can be read', messageOf(cause));
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw usageError(`'${shown}'`, 'JSON', messageOf(cause));
  }
}

async function fromModule(full: string, shown: string): Promise<unknown> {
  try {
    return (await import(pathToFileURL(full).href)).default;
  } catch (cause) {
    throw inputError(`'${shown}'`, 'JSON, or a module that can be loaded', messageOf(cause));
  }
}
