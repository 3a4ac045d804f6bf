// Runs a model on inputs and returns its outputs as plain values.
import { GCompressError } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';

type Outputs = Tensor | Tensor[] | NamedTensorMap;

/** The members of a loaded model that are used here; `tf.LayersModel` and `tf.GraphModel` have them. */
export interface RunnableModel {
  predict(inputs: Tensor | Tensor[]): Outputs;
  /** Only graph models have it; control flow needs it. */
  executeAsync?(inputs: Tensor | Tensor[]): Promise<Outputs>;
  dispose(): unknown;
}

/**
 * The values of all outputs of a model. Intermediate tensors are disposed, the inputs are not.
 *
 * @throws GCompressError `unsupported` when the model cannot predict the inputs, `non-finite` for NaN or infinity in an output.
 */
export async function modelOutputs(
  where: string,
  model: RunnableModel,
  inputs: readonly Tensor[],
): Promise<Float64Array[]> {
  const given = inputs.length === 1 ? inputs[0] : [...inputs];
  const tensors = listOf(await predicted(where, model, given));
  try {
    return await Promise.all(tensors.map((tensor) => finiteValues(where, tensor)));
  } finally {
    for (const tensor of tensors) tensor.dispose();
  }
}

async function predicted(where: string, model: RunnableModel, given: Tensor | Tensor[]): Promise<Outputs> {
  try {
    return model.predict(given);
  } catch (cause) {
    // Graphs with control flow only run asynchronously
    if (model.executeAsync) return model.executeAsync(given);
    throw new GCompressError('unsupported', {
      where: `${where} inputs`,
      expected: 'inputs that the model predicts',
      actual: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

function listOf(outputs: Outputs): Tensor[] {
  if (Array.isArray(outputs)) return outputs;
  return isTensor(outputs) ? [outputs] : Object.values(outputs);
}

async function finiteValues(where: string, tensor: Tensor): Promise<Float64Array> {
  const values = Float64Array.from(await tensor.data(), Number);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return values;
  throw new GCompressError('non-finite', {
    where: `${where} outputs`,
    expected: 'finite outputs of the model',
    actual: `${values[at]} at position ${at}`,
    hint: 'Preprocess the inputs as in training.',
  });
}

/** The tensors of a batch, one for each input. @throws GCompressError `invalid-option` for anything else. */
export function inputTensors(where: string, inputs: Tensor | readonly Tensor[]): readonly Tensor[] {
  const list: readonly unknown[] = Array.isArray(inputs) ? inputs : [inputs];
  if (list.length > 0 && list.every(isTensor)) return list;
  const hint = 'Pass one tensor for each input of the model.';
  const wrong = list.find((one) => !isTensor(one));
  assertType(where, 'inputs', wrong, 'object', hint);
  throw new GCompressError('invalid-option', { where: `${where} inputs`, expected: 'tensors', actual: 'others', hint });
}

function isTensor(value: unknown): value is Tensor {
  const { shape, dtype, data } = (value ?? {}) as Partial<Tensor>;
  return Array.isArray(shape) && typeof dtype === 'string' && typeof data === 'function';
}
