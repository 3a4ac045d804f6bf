// Checks that tensors fit the inputs of a model.
import { GCompressError } from '@gcompress/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ModelInput } from '../observed/observed.ts';

const HINT = 'Preprocess the inputs as in training.';

/** The batch size that the model fixes; undefined if it accepts any. */
export function fixedBatch(inputs: readonly ModelInput[]): number | undefined {
  return inputs.flatMap(({ shape }) => (shape && isFixed(shape[0]) ? [shape[0]] : [])).find((side) => side > 0);
}

/**
 * The number of samples, once each tensor has the type and the shape of its input and finite values. Inputs without axes are the same for
 * all samples.
 *
 * @param parts whether the tensors will be cut into batches, so that they may hold a multiple of the model's batch size.
 */
export async function checkedSamples(
  inputs: readonly ModelInput[],
  tensors: readonly Tensor[],
  parts: boolean,
): Promise<number> {
  if (tensors.length !== inputs.length) throw wrongInputs(`${tensors.length} for ${inputs.length} inputs`);
  const samples = tensors.find(({ shape }) => shape.length > 0)?.shape[0] ?? 1;
  const fixed = fixedBatch(inputs);
  for (const [index, input] of inputs.entries()) {
    const tensor = tensors[index];
    assertDtype(input, tensor);
    const isFull = fixed === undefined || (parts ? samples % fixed === 0 : samples === fixed);
    if (!isFull || !fits(input, tensor, samples)) throw misshapen(input, tensor, fixed);
    await assertFinite(input, tensor);
  }
  return samples;
}

/** The error for anything but inputs of the model. */
export function wrongInputs(actual: string): GCompressError {
  return new GCompressError('invalid-option', {
    where: 'calibrate inputs',
    expected: 'a tensor with a batch axis for each input of the model, or an iterable of such batches',
    actual,
  });
}

function fits({ shape }: ModelInput, tensor: Tensor, samples: number): boolean {
  if (shape && shape.length !== tensor.shape.length) return false;
  return tensor.shape.every((side, axis) => {
    if (axis === 0) return side === samples && side > 0;
    const wanted = shape?.[axis];
    return !isFixed(wanted) || wanted === side;
  });
}

function isFixed(side: number | null | undefined): side is number {
  return typeof side === 'number' && side >= 0;
}

function assertDtype({ name, dtype }: ModelInput, tensor: Tensor): void {
  if (dtype === undefined ? tensor.dtype !== 'string' && tensor.dtype !== 'complex64' : tensor.dtype === dtype) return;
  throw new GCompressError('invalid-option', {
    where: `calibrate input '${name}'`,
    expected: dtype ?? 'numbers',
    actual: tensor.dtype,
    hint: HINT,
  });
}

function misshapen({ name, shape }: ModelInput, tensor: Tensor, fixed: number | undefined): GCompressError {
  const sides = shape?.slice(1).map((side) => (isFixed(side) ? side : 'any')) ?? ['any'];
  const samples = fixed === undefined ? 'samples' : `${fixed} samples at a time`;
  return new GCompressError('shape-mismatch', {
    where: `calibrate input '${name}'`,
    expected: shape?.length === 0 ? '[]' : `[${[samples, ...sides].join(', ')}]`,
    actual: `[${tensor.shape.join(', ')}]`,
    hint: HINT,
  });
}

async function assertFinite({ name }: ModelInput, tensor: Tensor): Promise<void> {
  if (tensor.dtype === 'string') return;
  const values = await tensor.data();
  let at = 0;
  while (at < values.length && Number.isFinite(Number(values[at]))) at++;
  if (at === values.length) return;
  throw new GCompressError('non-finite', {
    where: `calibrate input '${name}'`,
    expected: 'finite numbers',
    actual: `${values[at]} at position ${at}`,
  });
}
