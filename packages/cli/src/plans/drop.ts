// How much a compressed model loses: answers that change, or the error of the outputs.
import { errorResponse, expectedDisagreement } from '@gcompress/planner';
import { agreement } from '../compare/score.ts';
import type { PlainArray } from '../inputs/plain-array.ts';
import { usageError } from '../process/refusals.ts';
import type { DropMeasure } from './drop-measures.ts';

/** The drop of a model from the outputs of the original. */
export interface Drop {
  readonly measure: DropMeasure;
  /** Measured, in percent. */
  measured(outputs: PlainArray): number;
  /** Expected for a squared relative error of the outputs, in percent. */
  expected(error: number): number;
  /** The squared relative error of the outputs at which the drop is expected to be this large. */
  errorFor(drop: number): number;
}

/** A compressed model that was measured. */
export interface MeasuredDrop {
  /** Squared relative error of the outputs. */
  readonly error: number;
  /** In percent. */
  readonly drop: number;
}

/**
 * The drop with expectations that follow measured models. Errors of a compressed model change more answers than noise of the same size, because they
 * meet in few examples. Models without any drop say nothing; with less than two others the expectations stay as they are.
 */
export function correctedDrop(drop: Drop, measured: readonly MeasuredDrop[]): Drop {
  const known = measured.filter((each) => each.drop > 0 && each.error > 0);
  if (drop.measure === 'error' || known.length < 2) return drop;
  const response = errorResponse(known.map((each) => ({ expected: each.error, measured: each.drop })));
  return {
    ...drop,
    expected: (error) => Math.min(100, response.expect(error)),
    errorFor: (wanted) => response.invert(wanted),
  };
}

/** Largest squared relative error that is looked for: outputs of noise. */
const LARGEST = 4;

/**
 * The drop from the first output of the original. `agreement` counts the examples whose largest output changes its place; `error` is the relative
 * error of all values. By default agreement, if the output has the shape `[examples, classes]`.
 *
 * @throws GCompressError `invalid-option` for agreement of an output of another shape.
 */
export function dropFrom(original: PlainArray, wanted?: DropMeasure): Drop {
  const { shape } = original;
  const classes = shape[1] ?? 1;
  const isClassifier = shape.length === 2 && classes > 1;
  const measure = wanted ?? (isClassifier ? 'agreement' : 'error');
  if (measure === 'agreement' && !isClassifier) {
    throw usageError('--measure agreement', 'an output [examples, classes]', `[${shape.join(', ')}]`);
  }
  const expected = (error: number) =>
    100 * (measure === 'agreement' ? expectedDisagreement(original.data, classes, error) : Math.sqrt(error));
  return {
    measure,
    measured: (outputs) =>
      measure === 'agreement' ? changedPercent(outputs, original) : 100 * relativeDistance(outputs, original),
    expected,
    errorFor: (drop) => {
      let [low, high] = [0, LARGEST];
      if (expected(high) <= drop) return high;
      for (let step = 0; step < 60; step++) {
        const middle = (low + high) / 2;
        if (expected(middle) <= drop) low = middle;
        else high = middle;
      }
      return low;
    },
  };
}

/** What a drop counts, in words that follow a number in percent. */
export function dropWords(measure: DropMeasure): string {
  return measure === 'agreement' ? '% of the largest outputs change their place' : '% relative error of the outputs';
}

/** Counted in examples, so that 4 of 100 are 4 % and not a little more. */
function changedPercent(outputs: PlainArray, original: PlainArray): number {
  const examples = original.shape[0] ?? 1;
  return (100 * Math.round((1 - agreement(outputs, original)) * examples)) / examples;
}

/** The relative error of all values: `‖outputs − original‖ / ‖original‖`. */
export function relativeDistance(outputs: PlainArray, original: PlainArray): number {
  let [error, norm] = [0, 0];
  for (let at = 0; at < original.data.length; at++) {
    error += (outputs.data[at] - original.data[at]) ** 2;
    norm += original.data[at] ** 2;
  }
  return norm > 0 ? Math.sqrt(error / norm) : Math.sqrt(error);
}
