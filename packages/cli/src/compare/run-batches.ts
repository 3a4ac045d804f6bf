// The batches whose predictions are timed: one example, and the batch of the evaluation.
import type { GivenInputs } from '../inputs/input-types.ts';
import { newData } from '../inputs/npy.ts';
import type { PlainArray } from '../inputs/plain-array.ts';
import type { RunnableModel } from '../models/run-model.ts';
import { inputError } from '../process/refusals.ts';

/** One array for each input of the model, with the same number of examples. */
export type Batch = readonly PlainArray[];

/**
 * One example and `batchSize` examples, or fewer if there are not as many: the first of the given inputs, or else ones. A model whose batch has a
 * fixed size gets that.
 *
 * @throws GCompressError `file-read` if the given inputs do not fit, or if none are given for a model that takes inputs of any size.
 */
export async function runBatches(
  model: RunnableModel,
  given: GivenInputs | undefined,
  batchSize: number,
): Promise<Batch[]> {
  const fixed = model.inputs[0]?.shape?.[0] ?? -1;
  const arrays = given && (await given.forModel(model));
  const total = arrays?.[0]?.shape[0] ?? Number.POSITIVE_INFINITY;
  const sizes = fixed >= 0 ? [fixed] : [...new Set([1, Math.min(batchSize, total)])];
  return sizes.map((size) => arrays?.map((array) => firstOf(array, size)) ?? onesFor(model, size));
}

function firstOf({ shape: [, ...sides], dtype, data }: PlainArray, size: number): PlainArray {
  const width = sides.reduce((product, side) => product * side, 1);
  return { shape: [size, ...sides], dtype, data: data.slice(0, size * width) };
}

function onesFor(model: RunnableModel, size: number): Batch {
  return model.inputs.map(({ name, shape, dtype }) => {
    const [, ...sides] = shape ?? [];
    if (shape === undefined || dtype === 'string' || dtype === 'complex64' || sides.some((side) => !isFixed(side))) {
      const hint = 'Give inputs with --inputs.';
      throw inputError(`input '${name}'`, 'numbers of one shape', 'an input of any shape or type', hint);
    }
    const full = [size, ...sides.filter(isFixed)];
    const length = full.reduce((product, side) => product * side, 1);
    return { shape: full, dtype, data: newData(dtype, length).fill(1) };
  });
}

function isFixed(side: number | null): side is number {
  return side !== null && side >= 0;
}
