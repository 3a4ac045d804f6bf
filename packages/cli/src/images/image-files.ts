// Finds the images of a folder.
import { readdir } from 'node:fs/promises';
import { basename, extname, sep } from 'node:path';
import { inputError, messageOf } from '../process/refusals.ts';

const ENDINGS = ['.png', '.jpg', '.jpeg'];

/**
 * The images in a folder and in the folders below, as paths from it, in the order of their names.
 *
 * @throws GCompressError `file-read` for a folder without images, or a folder that cannot be read.
 */
export async function imageFiles(folder: string, where: string): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true, encoding: 'utf8' }).catch((cause) => {
    throw inputError(where, 'a folder that can be read', messageOf(cause));
  });
  const files = paths
    .filter((path) => ENDINGS.includes(extname(path).toLowerCase()) && !basename(path).startsWith('.'))
    .map((path) => path.replaceAll(sep, '/'))
    .sort();
  if (files.length > 0) return files;
  throw inputError(where, `images that end in ${ENDINGS.join(', ')}`, 'none');
}
