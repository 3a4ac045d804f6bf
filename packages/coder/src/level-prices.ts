// Bits of each magnitude at each place of a matrix, for rounding that does not visit the places in the order of the stream.
import type { Shape2D } from '@gcompress/core';
import { AdaptingCounter } from './bit-counter.ts';
import { BitTable } from './bit-table.ts';
import { assertIntegers } from './encode.ts';
import { codeLevel, LevelModel } from './level-model.ts';

/** Bits that a magnitude takes at a place, `row · columns + column`, of the matrix. */
export type LevelPrices = (place: number, magnitude: number) => number;

/** Contexts of a place: neighbours that are not zero, 0 to 2. */
const NEIGHBOURS = 3;

/**
 * What the coder charges for magnitudes where the levels around are about those given: contexts are those of the given levels, and
 * probabilities those at their end.
 *
 * @param levels integers `[rows, columns]`, such as those that plain rounding gives with the same step.
 * @throws GCompressError `invalid-matrix` unless `levels` is an Int32Array that fills the shape.
 */
export function levelPrices(levels: Int32Array, shape: Shape2D): LevelPrices {
  assertIntegers('levelPrices', levels, shape);
  const model = new LevelModel(shape[1]);
  const adapter = new AdaptingCounter(model);
  const contexts = new Uint8Array(levels.length);
  for (let place = 0; place < levels.length; place++) {
    const bucket = model.bucket();
    contexts[place] = bucket * NEIGHBOURS + model.neighbours;
    codeLevel(adapter, 0, bucket, model.neighbours, levels[place]);
    model.observe(Math.abs(levels[place]));
  }
  const table = new BitTable(model);
  table.clear();
  return (place, magnitude) => {
    const context = contexts[place];
    const neighbours = context % NEIGHBOURS;
    return table.of(0, (context - neighbours) / NEIGHBOURS, neighbours, magnitude);
  };
}
