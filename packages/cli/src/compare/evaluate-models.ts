// Scores a model, and optionally the original, on labelled examples.

import type { UnreadableImage } from '../images/read-images.ts';
import { givenInputs } from '../inputs/given-inputs.ts';
import type { ImageOptions } from '../inputs/input-types.ts';
import { readLabels } from '../inputs/labels.ts';
import type { OpenedModel } from '../models/opened-model.ts';
import { type RunOptions, startRunning } from '../models/run-model.ts';
import { withProgress } from '../output/progress.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { outputsFor } from './run-examples.ts';
import { agreement, type Score, score } from './score.ts';

/** Labelled examples, and the backend. */
export interface LabelledExamples extends RunOptions, ImageOptions {
  readonly inputs: string;
  readonly labels: string;
  readonly batchSize: number;
}

/** The score of a model, and of the original if given. */
export interface Evaluation extends Score {
  /** Where the inputs come from and what was done to them, in words. */
  readonly inputs: string;
  /** Images that were skipped. */
  readonly unreadable?: readonly UnreadableImage[];
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
  options: LabelledExamples,
  surroundings: Surroundings,
): Promise<Evaluation> {
  const { labels, batchSize } = options;
  const inputs = await givenInputs(options.inputs, options, surroundings);
  const examples = { inputs, batchSize };
  const given = await readLabels(labels, surroundings);
  await startRunning(options, surroundings);
  const outputs = await withProgress(`running ${model.name}`, surroundings, (onProgress) =>
    outputsFor(model, examples, onProgress),
  );
  const expected = inputs.labelsOf(given);
  const unreadable = inputs.unreadable?.() ?? [];
  const own = {
    ...score(outputs, expected, `'${labels}'`),
    inputs: inputs.description(),
    ...(unreadable.length > 0 && { unreadable }),
  };
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
