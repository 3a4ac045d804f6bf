// Keeps evaluations in a folder: one small JSON file for each, written whole or not at all.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { GCompressError, type JsonValue } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';
import type { EvaluationStore } from '../evaluate/evaluation-store.ts';

/**
 * A store in a folder, which is made with the first value. Several processes may use the same folder. A file that is damaged or belongs to another
 * key counts as missing, and is written anew.
 *
 * @param path the folder; relative paths start at the current folder.
 * @throws GCompressError `invalid-option` for no path; its methods `file-read` and `file-write` if the system refuses.
 */
export function folderStore(path: string): EvaluationStore {
  assertType('folderStore', 'path', path, 'string');
  if (path === '') {
    throw new GCompressError('invalid-option', {
      where: 'folderStore path',
      expected: 'the path of a folder',
      actual: "''",
    });
  }
  const folder = resolve(path);
  const fileOf = (key: string) => {
    assertType('folderStore', 'key', key, 'string');
    return join(folder, `${createHash('sha256').update(key).digest('hex')}.json`);
  };
  return {
    get: async (key) => storedValue(key, await contentOf(fileOf(key))),
    set: async (key, value) => {
      const file = fileOf(key);
      const partial = `${file}.${randomUUID()}.partial`;
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(partial, JSON.stringify({ key, value }), { flag: 'wx' });
        await rename(partial, file);
      } catch (cause) {
        await rm(partial, { force: true }).catch(() => undefined);
        throw refusal('file-write', folder, cause);
      }
    },
  };
}

async function contentOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw refusal('file-read', file, cause);
  }
}

function storedValue(key: string, content: string | undefined): JsonValue | undefined {
  if (content === undefined) return undefined;
  try {
    const entry = JSON.parse(content) as { readonly key?: unknown; readonly value?: JsonValue };
    return entry.key === key ? entry.value : undefined;
  } catch {
    return undefined;
  }
}

function refusal(code: 'file-read' | 'file-write', path: string, cause: unknown): GCompressError {
  return new GCompressError(code, {
    where: `'${path}'`,
    expected: code === 'file-read' ? 'a file that can be read' : 'a folder that can be written',
    actual: cause instanceof Error ? cause.message : String(cause),
    hint: 'Check its permissions and the free space, or plan without a store.',
    cause,
  });
}
