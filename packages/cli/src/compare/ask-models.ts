// Compares the outputs of two forms of a model for the same inputs.
import { isGCompressError } from '@gcompress/core';
import { compareOutputs, type OutputDifference, type ProbeInputs, probe } from '@gcompress/packed/probes';
import { givenInputs } from '../inputs/given-inputs.ts';
import type { ImageOptions } from '../inputs/input-types.ts';
import { seededInputs } from '../inputs/model-inputs.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { type RunnableModel, type RunOptions, runnable, startRunning } from '../models/run-model.ts';
import { inputError, messageOf } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';

/** The inputs of the comparison, and the backend. */
export interface Question extends RunOptions, ImageOptions {
  /** A file with inputs, a module that yields them, or a folder of images; without it, inputs are random with the seed. */
  readonly inputs?: string;
  readonly seed: number;
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
  question: Question,
  surroundings: Surroundings,
): Promise<AnswerDifference[]> {
  const { inputs, seed } = question;
  const given = inputs === undefined ? undefined : await givenInputs(inputs, question, surroundings);
  await startRunning(question, surroundings);
  const expected = await answersOf(first, async (model) => (given ? given.forModel(model) : seededInputs(model, seed)));
  const got = await answersOf(second, async () => expected.inputs);
  return compareOutputs(expected.outputs, got.outputs).map((output) => ({
    ...output,
    relativeDifference:
      output.largestDifference === 0 ? 0 : output.largestDifference / Math.max(output.largestValue, Number.MIN_VALUE),
  }));
}

async function answersOf(opened: OpenedModel, inputsFor: (model: RunnableModel) => Promise<ProbeInputs>) {
  const model = await runnable(opened);
  try {
    const inputs = await inputsFor(model);
    return { inputs, outputs: (await probe(model, inputs)).outputs };
  } catch (cause) {
    if (isGCompressError(cause)) throw cause;
    throw inputError(`'${opened.name}'`, 'a model that answers to these inputs', messageOf(cause));
  } finally {
    model.dispose();
  }
}
