// Finds the inputs that a user named: arrays of a file, the batches of a module, or the images of a folder.
import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { usageError } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';
import type { GivenInputs, ImageOptions } from './input-types.ts';
import { arrayInputs } from './model-inputs.ts';
import { MODULE_ENDINGS, moduleInputs } from './module-inputs.ts';
import { readArrays } from './read-arrays.ts';

/**
 * Finds the named inputs. Files with arrays are read and modules loaded; images and batches are read once a model asks for them.
 *
 * @throws GCompressError `file-read` if they are missing or damaged; `invalid-option` for images without preprocessing, or other inputs with it.
 */
export async function givenInputs(
  name: string,
  options: ImageOptions,
  surroundings: Surroundings,
): Promise<GivenInputs> {
  const where = `'${name}'`;
  const path = resolve(surroundings.cwd, name);
  const isFolder = await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
  if (isFolder) {
    const { imageInputs } = await import('./image-inputs.ts');
    return imageInputs({ ...options, folder: path, name }, surroundings);
  }
  for (const [option, value] of Object.entries({ preprocess: options.preprocess, 'image-size': options.imageSize })) {
    if (value !== undefined) throw usageError(`--${option}`, 'a folder of images in --inputs', `the file ${where}`);
  }
  if (MODULE_ENDINGS.includes(extname(name).toLowerCase())) return moduleInputs(name, surroundings);
  const arrays = await readArrays(name, surroundings.cwd);
  return {
    where,
    description: () => `${name}, unchanged`,
    forModel: async (model) => arrayInputs(model, arrays, where),
    labelsOf: (labels) => labels,
  };
}
