// Records the outputs of a model before it is packed.
import { GCompressError } from '@gcompress/core';
import { assertSeed, assertType, describeValue } from '@gcompress/core/checks';
import { product } from '../container/byte-lengths.ts';
import { type Probe, type ProbeTensor, type SeededInput, seededValues } from '../container/probe.ts';
import { answers, assertModel, type ProbedModel } from './probed-model.ts';

export type { ProbedModel } from './probed-model.ts';

/** One entry for each input of the model, in the model's order; the names come from the model. */
export type ProbeInputs = readonly (Omit<ProbeTensor, 'name'> | Omit<SeededInput, 'name'>)[];

/**
 * Runs a model on these inputs, and returns inputs and outputs to pack with it.
 *
 * ```ts
 * const probes = [await probe(model, [{ shape: [1, 28, 28, 1], seed: 1 }])];
 * ```
 *
 * @throws GCompressError `invalid-option` for anything but a model and its inputs; `unsupported` if an output holds strings.
 */
export async function probe(model: ProbedModel, inputs: ProbeInputs): Promise<Probe> {
  assertModel('probe', model);
  if (!Array.isArray(inputs) || inputs.length !== model.inputs.length) {
    throw new GCompressError('invalid-option', {
      where: 'probe inputs',
      expected: `${model.inputs.length}, as the model has`,
      actual: Array.isArray(inputs) ? `${inputs.length}` : describeValue(inputs),
    });
  }
  const named = inputs.map((input: ProbeInputs[number], i) => checked(model.inputs[i].name, input));
  const outputs = await answers(
    model,
    named.map((input) => ('seed' in input ? seededValues(input) : input)),
  );
  return { inputs: named, outputs };
}

function checked(name: string, input: ProbeInputs[number]): ProbeTensor | SeededInput {
  assertType('probe', 'input', input, 'object');
  const values = product(input.shape);
  if ('seed' in input) assertSeed(input.seed, 'probe');
  const isFull = 'seed' in input ? values <= 2 ** 28 : ArrayBuffer.isView(input.data) && input.data.length === values;
  if (isFull) return { ...input, name };
  throw new GCompressError('invalid-option', {
    where: `probe input '${name}'`,
    expected: 'a shape, and as many values or a seed',
    actual: 'seed' in input ? describeValue(input.shape) : describeValue(input.data),
  });
}
