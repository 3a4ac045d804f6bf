// Scores the outputs of a model by labels, and counts how often two models agree.

import type { PlainArray } from '../inputs/plain-array.ts';
import { inputError } from '../process/refusals.ts';

/** A score over all examples. */
export interface Score {
  readonly examples: number;
  /** `accuracy`, from 0 to 1, for labels that are classes; `meanSquaredError` for labels that are values. */
  readonly metric: 'accuracy' | 'meanSquaredError';
  readonly value: number;
}

/**
 * Scores outputs `[n, …]`. Integer labels of shape `[n]` or `[n, 1]` are classes, and one-hot rows are classes too. All other labels are values
 * and have the shape of the outputs.
 *
 * @throws GCompressError `file-read` for labels of another shape, or classes that the model does not have.
 */
export function score(outputs: PlainArray, labels: PlainArray, where: string): Score {
  const [examples = 0] = outputs.shape;
  const width = outputs.data.length / Math.max(1, examples);
  const classes = width > 1 ? classesOf(labels, width) : undefined;
  if (classes) {
    const [most, least] = [classes.reduce((a, b) => Math.max(a, b), 0), classes.reduce((a, b) => Math.min(a, b), 0)];
    if (classes.length !== examples) throw inputError(where, `${examples} labels`, `${classes.length}`);
    if (least < 0 || most >= width)
      throw inputError(where, `classes from 0 to ${width - 1}`, `${least < 0 ? least : most}`);
    const found = largestPlaces(outputs);
    const right = classes.filter((label, i) => label === found[i]).length;
    return { examples, metric: 'accuracy', value: right / examples };
  }
  if (labels.data.length !== outputs.data.length || labels.shape[0] !== examples) {
    throw inputError(
      where,
      `classes, or values of the shape [${outputs.shape.join(', ')}]`,
      `[${labels.shape.join(', ')}]`,
    );
  }
  let squares = 0;
  for (const [i, value] of outputs.data.entries()) squares += (value - labels.data[i]) ** 2;
  return { examples, metric: 'meanSquaredError', value: squares / outputs.data.length };
}

/** Fraction of the examples for which two models predict the same class. */
export function agreement(outputs: PlainArray, others: PlainArray): number {
  const [places, otherPlaces] = [largestPlaces(outputs), largestPlaces(others)];
  return places.filter((place, i) => place === otherPlaces[i]).length / places.length;
}

/** The classes that labels are: integers, or rows with a single 1; undefined for labels that are values. */
export function classesOf({ shape, dtype, data }: PlainArray, width: number): number[] | undefined {
  const [examples, ...rest] = shape;
  if (data.length === examples && rest.every((side) => side === 1)) {
    return dtype === 'int32' || data.every(Number.isInteger) ? [...data] : undefined;
  }
  if (shape.length !== 2 || rest[0] !== width) return undefined;
  const classes: number[] = [];
  for (let at = 0; at < data.length; at += width) {
    const row = [...data.subarray(at, at + width)];
    if (row.filter((value) => value !== 0).length !== 1 || !row.includes(1)) return undefined;
    classes.push(row.indexOf(1));
  }
  return classes;
}

/** The index of the largest value of each example. */
function largestPlaces({ shape, data }: PlainArray): number[] {
  const width = data.length / Math.max(1, shape[0] ?? 1);
  return Array.from({ length: shape[0] ?? 0 }, (_, example) => {
    let best = 0;
    for (let i = 1; i < width; i++) if (data[example * width + i] > data[example * width + best]) best = i;
    return best;
  });
}
