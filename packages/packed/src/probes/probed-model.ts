// Runs a layers model or graph model and returns its outputs as plain values.
import { GCompressError } from '@gcompress/core';
import { assertType, describeValue } from '@gcompress/core/checks';
import { type NamedTensorMap, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { ProbeTensor } from '../container/probe.ts';

/** The part of a model that a probe uses; `tf.LayersModel` and `tf.GraphModel` have it. */
export interface ProbedModel {
  readonly inputs: readonly { readonly name: string; readonly shape?: readonly (number | null)[] }[];
  readonly outputs: readonly { readonly name: string }[];
  predict(inputs: Tensor | Tensor[]): Tensor | Tensor[] | NamedTensorMap;
  /** Used only for graph models. */
  execute?(inputs: Tensor | Tensor[] | NamedTensorMap, outputs: string[]): Tensor | Tensor[];
  /** Only graph models have it; control flow needs it. */
  executeAsync?(inputs: Tensor | Tensor[] | NamedTensorMap, outputs?: string[]): Promise<Tensor | Tensor[]>;
}

/**
 * The outputs of a model in the model's order, as plain values. Disposes all intermediate tensors.
 *
 * @throws GCompressError `unsupported` if the model returns a different number of outputs than it lists, or an output of strings.
 */
export async function answers(model: ProbedModel, inputs: readonly ProbeTensor[]): Promise<ProbeTensor[]> {
  const given = inputs.map(({ data, shape, dtype }) => tensor(data, [...shape], dtype));
  let outputs: Tensor[] = [];
  try {
    outputs = await ask(model, given);
    if (outputs.length !== model.outputs.length) throw unsupported(`${model.outputs.length} outputs`, outputs.length);
    return await Promise.all(outputs.map((output, i) => plain(model.outputs[i].name, output)));
  } finally {
    for (const one of [...given, ...outputs]) one.dispose();
  }
}

async function ask(model: ProbedModel, given: Tensor[]): Promise<Tensor[]> {
  if (!model.executeAsync) {
    const answer = model.predict(given.length === 1 ? given[0] : given);
    return Array.isArray(answer) ? answer : [answer as Tensor];
  }
  const named = Object.fromEntries(given.map((one, i) => [model.inputs[i].name, one]));
  // By name, because a graph with a signature returns its outputs in another order
  const names = model.outputs.map(({ name }) => name);
  const answer = withoutControlFlow(model, named, names) ?? (await model.executeAsync(named, names));
  return Array.isArray(answer) ? answer : [answer];
}

/** The outputs of a graph without control flow, for which `executeAsync` would print that `execute` is enough; undefined for others. */
function withoutControlFlow(model: ProbedModel, named: NamedTensorMap, names: string[]) {
  try {
    return model.execute?.(named, names);
  } catch {
    // executeAsync throws any other error again
    return undefined;
  }
}

async function plain(name: string, output: Tensor): Promise<ProbeTensor> {
  const { dtype, shape } = output;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') throw unsupported('outputs of numbers', dtype);
  return { name, shape: [...shape], dtype, data: (await output.data()) as ProbeTensor['data'] };
}

/** @throws GCompressError `invalid-option` for anything but a model. */
export function assertModel(where: string, model: unknown): asserts model is ProbedModel {
  const hint = 'Pass what tf.loadLayersModel or tf.loadGraphModel gives.';
  assertType(where, 'model', model, 'object', hint);
  const { inputs, outputs, predict } = model as Partial<ProbedModel>;
  assertType(`${where} model`, 'predict', predict, 'function', hint);
  if (Array.isArray(inputs) && Array.isArray(outputs)) return;
  throw new GCompressError('invalid-option', {
    where: `${where} model`,
    expected: 'lists of inputs and outputs',
    actual: describeValue(inputs),
    hint,
  });
}

function unsupported(expected: string, actual: unknown): GCompressError {
  return new GCompressError('unsupported', { where: 'probe', expected, actual: String(actual) });
}
