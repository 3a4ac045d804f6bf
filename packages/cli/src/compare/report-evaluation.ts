// Asks the original, its stock forms and the packed model the same inputs, and compares their answers.
import { type Evaluation, evaluateForms, type MultiplyAdds, multiplyAdds, stockRivals } from '@gcompress/report';
import { dispose, type io, tensor } from '@tensorflow/tfjs-core';
import { arrayInputs, seededInputs } from '../inputs/model-inputs.ts';
import { readArrays } from '../inputs/read-arrays.ts';
import type { Backend } from '../models/backend-names.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { runnable, startBackend } from '../models/run-model.ts';
import { withProgress } from '../output/progress.ts';
import { inputError, usageError } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { outputsFor } from './run-examples.ts';
import { classesOf } from './score.ts';

/** The inputs of a report, and the backend. */
export interface ReportInputs {
  readonly inputs: string;
  readonly labels?: string;
  /** A JSON file with the names of the classes. */
  readonly classNames?: readonly string[];
  readonly batchSize: number;
  readonly backend: Backend;
}

/**
 * Compares the answers of all forms.
 *
 * @throws GCompressError `file-read` for files that do not fit the model or each other; `invalid-option` for labels that are no classes.
 */
export async function reportEvaluation(
  original: OpenedModel,
  packed: io.ModelArtifacts,
  { inputs, labels, classNames, batchSize, backend }: ReportInputs,
  surroundings: Surroundings,
): Promise<Evaluation> {
  const where = `'${inputs}'`;
  const arrays = await readArrays(inputs, surroundings.cwd);
  await startBackend(backend);
  const { float16, uint8 } = stockRivals(original.artifacts);
  const answers = (form: string, artifacts: io.ModelArtifacts) =>
    withProgress(`running ${form}`, surroundings, (onProgress) =>
      outputsFor({ ...original, artifacts }, { arrays, where, batchSize }, onProgress),
    );
  const outputs = {
    original: await answers('the original', original.artifacts),
    float16: await answers('float16', float16),
    uint8: await answers('uint8', uint8),
    packed: await answers('the packed model', packed),
  };
  const given = labels === undefined ? undefined : await classesIn(labels, outputs.original, surroundings);
  const model = await runnable(original);
  try {
    const [first] = arrayInputs(model, arrays, where);
    return evaluateForms(outputs, {
      source: inputs,
      ...(first && { inputs: first }),
      ...(given && { labels: given }),
      ...(classNames && { classNames }),
    });
  } finally {
    model.dispose();
  }
}

/**
 * Counts the multiply-adds of a model for one input; a graph model runs once, on random values.
 *
 * @throws GCompressError `file-read` if the model cannot be loaded or if no values can be drawn for an input.
 */
export async function reportWork(original: OpenedModel, backend: Backend): Promise<MultiplyAdds> {
  await startBackend(backend);
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

async function classesIn(
  name: string,
  outputs: Awaited<ReturnType<typeof outputsFor>>,
  { cwd }: Pick<Surroundings, 'cwd'>,
): Promise<number[]> {
  const [labels, ...others] = (await readArrays(name, cwd)).values();
  if (!labels || others.length > 0) throw usageError(`'${name}'`, 'one array of labels', `${others.length + 1}`);
  const [examples = 0, classes = 0, ...rest] = outputs.shape;
  const found = rest.length === 0 && classes > 1 ? classesOf(labels, classes) : undefined;
  if (!found || found.length !== examples || found.some((label) => label < 0 || label >= classes)) {
    throw inputError(
      `'${name}'`,
      `${examples} classes of a model with outputs [${outputs.shape.join(', ')}]`,
      'others',
    );
  }
  return found;
}
