// Scores a model, and optionally the original, on labelled examples.
import { readArrays } from '../inputs/read-arrays.ts';
import type { Backend } from '../models/backend-names.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { startBackend } from '../models/run-model.ts';
import { withProgress } from '../output/progress.ts';
import { usageError } from '../process/refusals.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { outputsFor } from './run-examples.ts';
import { agreement, type Score, score } from './score.ts';

/** Labelled examples, and the backend. */
export interface LabelledExamples {
  readonly inputs: string;
  readonly labels: string;
  readonly batchSize: number;
  readonly backend: Backend;
}

/** The score of a model, and of the original if given. */
export interface Evaluation extends Score {
  /** The score of the original. */
  readonly original?: Score;
  /** How much worse the model is: percentage points of accuracy, or the difference of the mean squared errors. */
  readonly drop?: number;
  /** Fraction of the examples, from 0 to 1, for which both models predict the same class. */
  readonly agreement?: number;
}

/**
 * Scores a model on labelled examples.
 *
 * @throws GCompressError `file-read` for files that do not fit the model or each other; `invalid-option` for several arrays of labels.
 */
export async function evaluateModels(
  model: OpenedModel,
  original: OpenedModel | undefined,
  { inputs, labels, batchSize, backend }: LabelledExamples,
  surroundings: Surroundings,
): Promise<Evaluation> {
  const examples = { arrays: await readArrays(inputs, surroundings.cwd), where: `'${inputs}'`, batchSize };
  const [expected, ...others] = (await readArrays(labels, surroundings.cwd)).values();
  if (!expected || others.length > 0) throw usageError(`'${labels}'`, 'one array of labels', `${others.length + 1}`);
  await startBackend(backend);
  const outputs = await withProgress(`running ${model.name}`, surroundings, (onProgress) =>
    outputsFor(model, examples, onProgress),
  );
  const own = score(outputs, expected, `'${labels}'`);
  if (!original) return own;
  const originals = await withProgress(`running ${original.name}`, surroundings, (onProgress) =>
    outputsFor(original, examples, onProgress),
  );
  const before = score(originals, expected, `'${labels}'`);
  if (own.metric !== 'accuracy') return { ...own, original: before, drop: own.value - before.value };
  return {
    ...own,
    original: before,
    drop: 100 * (before.value - own.value),
    agreement: agreement(outputs, originals),
  };
}
