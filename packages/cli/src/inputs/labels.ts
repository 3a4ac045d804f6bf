// Labels of examples: read from a file, and chosen by place.
import { inputError, usageError } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';
import type { PlainArray } from './plain-array.ts';
import { readArrays } from './read-arrays.ts';

/**
 * The labels of a file.
 *
 * @throws GCompressError `file-read` if it cannot be read; `invalid-option` for several arrays.
 */
export async function readLabels(name: string, { cwd }: Pick<Surroundings, 'cwd'>): Promise<PlainArray> {
  const [labels, ...others] = (await readArrays(name, cwd)).values();
  if (labels && others.length === 0) return labels;
  throw usageError(`'${name}'`, 'one array of labels', `${others.length + 1}`);
}

/** Labels at some places of all examples. */
export function labelsAt(labels: PlainArray, places: readonly number[], examples: number): PlainArray {
  const { shape, dtype, data } = labels;
  if (shape[0] !== examples) {
    throw inputError('labels', `${examples} labels, one for each image in the order of names`, `${shape[0] ?? 0}`);
  }
  const width = data.length / examples;
  const kept = data.slice(0, places.length * width);
  for (const [to, from] of places.entries()) kept.set(data.subarray(from * width, (from + 1) * width), to * width);
  return { shape: [places.length, ...shape.slice(1)], dtype, data: kept };
}
