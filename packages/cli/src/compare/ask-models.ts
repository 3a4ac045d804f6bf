// Compares the outputs of two forms of a model for the same inputs.
import { isGCompressError } from '@gcompress/core';
import { compareOutputs, type OutputDifference, type ProbeInputs, probe } from '@gcompress/packed/probes';
import { arrayInputs, seededInputs } from '../inputs/model-inputs.ts';
import { readArrays } from '../inputs/read-arrays.ts';
import type { Backend } from '../models/backend-names.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { runnable, startBackend } from '../models/run-model.ts';
import { inputError, messageOf } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';

/** The inputs of the comparison, and the backend. */
export interface Question {
  /** A file with inputs; without it, inputs are random with the seed. */
  readonly inputs?: string;
  readonly seed: number;
  readonly backend: Backend;
}

/** An output of both models, and its difference relative to the largest value of the first. */
export interface AnswerDifference extends OutputDifference {
  /** Largest difference divided by the largest absolute value of the first model. */
  readonly relativeDifference: number;
}

/**
 * Runs both models on the same inputs and compares their outputs.
 *
 * @throws GCompressError `file-read` if a model cannot run or needs other inputs.
 */
export async function compareAnswers(
  first: OpenedModel,
  second: OpenedModel,
  { inputs, seed, backend }: Question,
  { cwd }: Pick<Surroundings, 'cwd'>,
): Promise<AnswerDifference[]> {
  const arrays = inputs === undefined ? undefined : await readArrays(inputs, cwd);
  await startBackend(backend);
  const expected = await answersOf(first, (model) =>
    arrays ? arrayInputs(model, arrays, `'${inputs}'`) : seededInputs(model, seed),
  );
  const got = await answersOf(second, () => expected.inputs);
  return compareOutputs(expected.outputs, got.outputs).map((output) => ({
    ...output,
    relativeDifference:
      output.largestDifference === 0 ? 0 : output.largestDifference / Math.max(output.largestValue, Number.MIN_VALUE),
  }));
}

async function answersOf(opened: OpenedModel, inputsFor: (model: Awaited<ReturnType<typeof runnable>>) => ProbeInputs) {
  const model = await runnable(opened);
  try {
    const inputs = inputsFor(model);
    return { inputs, outputs: (await probe(model, inputs)).outputs };
  } catch (cause) {
    if (isGCompressError(cause)) throw cause;
    throw inputError(`'${opened.name}'`, 'a model that answers to these inputs', messageOf(cause));
  } finally {
    model.dispose();
  }
}
