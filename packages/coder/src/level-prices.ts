// Estimated bits of each magnitude at each place of a matrix, for rounding in another order than the order of the stream.
import type { Shape2D } from '@gcompress/core';
import { assertIntegers } from './encode.ts';
import { BitTable, NEIGHBOURS } from './levels/bit-table.ts';
import { CountingLevelModel } from './levels/counting-level-model.ts';

/** Estimated bits of a magnitude at a place of the matrix, `row · columns + column`. */
export type LevelPrices = (place: number, magnitude: number) => number;

/**
 * Estimates the bits of magnitudes at each place, from levels close to the final ones: the contexts come from the given levels, and the
 * probabilities are the adapted ones after coding all of them.
 *
 * @param levels integers `[rows, columns]`, such as the levels of plain rounding with the same step.
 * @throws GCompressError `invalid-matrix` unless `levels` is an Int32Array that fills the shape.
 */
export function levelPrices(levels: Int32Array, shape: Shape2D): LevelPrices {
  assertIntegers('levelPrices', levels, shape);
  const model = new CountingLevelModel(shape[1]);
  const contexts = new Uint8Array(levels.length);
  for (let place = 0; place < levels.length; place++) {
    const bucket = model.bucket();
    contexts[place] = bucket * NEIGHBOURS + model.neighbours;
    const magnitude = Math.abs(levels[place]);
    model.count(0, bucket, model.neighbours, magnitude);
    model.observe(magnitude);
  }
  const table = new BitTable(model);
  table.clear();
  return (place, magnitude) => table.at(contexts[place], magnitude);
}
