// Asks the original, its stock forms and the packed model the same inputs, and compares their answers.
import { type Evaluation, evaluateForms, type MultiplyAdds, multiplyAdds, stockRivals } from '@gcompress/report';
import { dispose, type io, tensor } from '@tensorflow/tfjs-core';
import type { GivenInputs } from '../inputs/input-types.ts';
import { readLabels } from '../inputs/labels.ts';
import { seededInputs } from '../inputs/model-inputs.ts';
import type { PlainArray } from '../inputs/plain-array.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { type RunOptions, runnable, startRunning } from '../models/run-model.ts';
import { withProgress } from '../output/progress.ts';
import { inputError } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { outputsFor } from './run-examples.ts';
import { classesOf } from './score.ts';

/** The inputs of a report, and the backend. */
export interface ReportInputs extends RunOptions {
  readonly given: GivenInputs;
  readonly labels?: string;
  /** A JSON file with the names of the classes. */
  readonly classNames?: readonly string[];
  readonly batchSize: number;
}

/**
 * Compares the answers of all forms.
 *
 * @throws GCompressError `file-read` for files that do not fit the model or each other; `invalid-option` for labels that are no classes.
 */
export async function reportEvaluation(
  original: OpenedModel,
  packed: io.ModelArtifacts,
  options: ReportInputs,
  surroundings: Surroundings,
): Promise<Evaluation> {
  const { given: inputs, labels, classNames, batchSize } = options;
  const asked = labels === undefined ? undefined : await readLabels(labels, surroundings);
  await startRunning(options, surroundings);
  const { float16, uint8 } = stockRivals(original.artifacts);
  const answers = (form: string, artifacts: io.ModelArtifacts) =>
    withProgress(`running ${form}`, surroundings, (onProgress) =>
      outputsFor({ ...original, artifacts }, { inputs, batchSize }, onProgress),
    );
  const outputs = {
    original: await answers('the original', original.artifacts),
    float16: await answers('float16', float16),
    uint8: await answers('uint8', uint8),
    packed: await answers('the packed model', packed),
  };
  const given = asked && classesIn(inputs.labelsOf(asked), outputs.original, `'${labels}'`);
  const { names, array } = inputs.pictures?.() ?? {};
  return evaluateForms(outputs, {
    source: inputs.description(),
    inputs: array ?? (await firstInput(original, inputs)),
    ...(names && { inputNames: names }),
    ...(given && { labels: given }),
    ...(classNames && { classNames }),
  });
}

async function firstInput(original: OpenedModel, inputs: GivenInputs): Promise<PlainArray> {
  const model = await runnable(original);
  try {
    const [first] = await inputs.forModel(model);
    return first as PlainArray;
  } finally {
    model.dispose();
  }
}

/**
 * Counts the multiply-adds of a model for one input; a graph model runs once, on random values.
 *
 * @throws GCompressError `file-read` if the model cannot be loaded or if no values can be drawn for an input.
 */
export async function reportWork(
  original: OpenedModel,
  options: RunOptions,
  surroundings: Surroundings,
): Promise<MultiplyAdds> {
  await startRunning(options, surroundings);
  const model = await runnable(original);
  const isGraph = !('layers' in model);
  const inputs = isGraph ? seededInputs(model, 1).map(({ shape }) => tensor(onesOf(shape), [...shape])) : [];
  try {
    return await multiplyAdds(model as Parameters<typeof multiplyAdds>[0], original.artifacts, inputs);
  } finally {
    dispose(inputs);
    model.dispose();
  }
}

function onesOf(shape: readonly number[]): Float32Array {
  return new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(1);
}

function classesIn(labels: PlainArray, outputs: PlainArray, where: string): number[] {
  const [examples = 0, classes = 0, ...rest] = outputs.shape;
  const found = rest.length === 0 && classes > 1 ? classesOf(labels, classes) : undefined;
  if (found && found.length === examples && found.every((label) => label >= 0 && label < classes)) return found;
  throw inputError(where, `${examples} classes of a model with outputs [${outputs.shape.join(', ')}]`, 'others');
}
