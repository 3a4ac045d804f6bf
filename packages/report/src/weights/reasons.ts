// Why a matrix of a model is not compressed in the packed file.
import type { StoredWeight } from '@gcompress/packed/contents';
import { MIN_ELEMENTS, type ModelWeight } from '@gcompress/packed/weights';

/** The first note of the compression, or else what the weight and the file say. */
export function reasonFor(weight: ModelWeight, stored: StoredWeight, notes: readonly string[]): string {
  const [note] = notes;
  if (note !== undefined) return note;
  const values = weight.shape.reduce((product, side) => product * side, 1);
  if (weight.dtype !== 'float32') return `values of ${weight.dtype} are stored bit by bit`;
  if (values < MIN_ELEMENTS) return `${values} values: too few for the default of at least ${MIN_ELEMENTS}`;
  if (weight.spec.quantization !== undefined) return `stored as ${stored.storedAs}; the original is quantized already`;
  return `stored as ${stored.storedAs}; the file does not say why`;
}
