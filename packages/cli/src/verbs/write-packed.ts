// Writes a packed file, split into parts if requested.
import { basename, dirname, join } from 'node:path';
import { splitFile } from '@gcompress/packed';
import { assertFileTarget, type Target, writeFiles } from '../output/write-output.ts';

/**
 * Writes a packed file, or its parts of a limited size.
 *
 * @returns the names of the files in their folder.
 * @throws GCompressError `file-write` if one of them may not or cannot be written.
 */
export async function writePacked(bytes: Uint8Array, target: Target, maxFileBytes?: number): Promise<string[]> {
  const [folder, name] = [dirname(target.path), basename(target.path)];
  const files = maxFileBytes === undefined ? { [name]: bytes } : splitFile(bytes, { name, maxFileBytes });
  const names = Object.keys(files);
  for (const each of names) await assertFileTarget({ ...target, path: join(folder, each) });
  await writeFiles(folder, files);
  return names;
}
