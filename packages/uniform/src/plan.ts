// Plans a matrix: the shapes of its factors and the most bytes of its stored form.
import { type FactorSpec, GCompressError, type JsonObject, type Shape2D } from '@gcompress/core';
import type { UniformFactor } from './format.ts';
import type { CompleteOptions } from './options.ts';

/** Bytes of the shortest stream of levels, in which all levels are equal. */
const LEAST_STREAM = 6;

/** The plan for a matrix `[m, n]`. */
export interface UniformPlan {
  readonly factors: Record<UniformFactor, FactorSpec>;
  readonly config: JsonObject;
  /** The most bytes that the stored form may take. */
  readonly byteLength: number;
}

/**
 * The plan for a shape.
 *
 * @throws GCompressError `not-smaller` when even equal levels take as many bytes as the matrix, unless `allowLarger`; `invalid-option` for
 * bytes or a ratio too small for any levels.
 */
export function planFor(shape: Shape2D, options: CompleteOptions): UniformPlan {
  const [rows, columns] = shape;
  const count = options.steps === 'matrix' ? 1 : columns;
  const least = LEAST_STREAM + 4 * count;
  const dense = 4 * rows * columns;
  if (least >= dense && !options.allowLarger) {
    throw new GCompressError('not-smaller', {
      where: 'uniform',
      expected: `a matrix of more than ${least} bytes`,
      actual: `[${rows}, ${columns}], ${dense} bytes`,
      hint: 'Leave the matrix uncompressed, or set allowLarger.',
    });
  }
  return {
    factors: {
      levels: { shape: [rows, columns], dtype: 'float32', trainable: false },
      steps: { shape: [1, count], dtype: 'float32', trainable: true },
    },
    config: { steps: options.steps === 'matrix' ? 'matrix' : 'column', trellis: options.trellis },
    byteLength: budgetOf(options, rows * columns, least),
  };
}

/** The most bits an entry for levels at a given step or price. */
const MOST_BITS = 16;

function budgetOf(
  { bits: given, ratio, bytes, step, lambda, allowLarger }: CompleteOptions,
  entries: number,
  least: number,
): number {
  // With a very small step, levels take as much as the entries
  if (step !== undefined) return least + 4 * entries;
  const bits = lambda === undefined ? given : MOST_BITS;
  // On tiny matrices the steps alone may take more than the average bits
  if (bits !== undefined) return Math.max(least, Math.floor((bits * entries) / 8));
  const budget = bytes ?? Math.floor((4 * entries) / (ratio ?? 1));
  if (budget >= least) return budget;
  if (allowLarger) return least;
  throw new GCompressError('invalid-option', {
    where: `uniform ${bytes === undefined ? 'ratio' : 'bytes'}`,
    expected: `room for at least ${least} bytes, the steps and one level`,
    actual: `${budget} bytes`,
    hint: "Allow more bytes, or use steps: 'matrix'.",
  });
}
