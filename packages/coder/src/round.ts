// Rate–distortion optimised rounding: integers with the least total cost of error and coded bits.
import { GCompressError, type Pace } from '@gcompress/core';
import {
  assertKnownOptions,
  assertNumber,
  assertOneOf,
  assertShape2D,
  assertType,
  describeValue,
} from '@gcompress/core/checks';
import { streamBits } from './encode.ts';
import { BitTable } from './levels/bit-table.ts';
import type { CountingLevelModel } from './levels/counting-level-model.ts';
import { ResumableLevelModel } from './levels/resumable-level-model.ts';
import type { Places, Scaled } from './scaled.ts';
import { Survivors } from './survivors.ts';
import { multipleOf, nextState, TRELLIS_STATES, type TrellisStates, trellisOf } from './trellis.ts';

/** Least number of entries between two updates of the bit prices, rounded up to whole rows. */
const CHUNK = 1024;
/** Multiplications that take about as long as one candidate. */
const OPERATIONS = 16;
/** The largest magnitude that rounding chooses. */
const LARGEST = 2 ** 24;

/** How a matrix is rounded. */
export interface Rounding {
  /** States of the trellis: 0 rounds each entry by itself, 4 or 8 choose whole paths (dependent quantisation). */
  readonly states: TrellisStates;
  /** Price of a bit, in the unit of {@link Scaled.weights}; 0 rounds to the nearest. */
  readonly bitCost: number;
}

/** The result of rounding. */
export interface Rounded {
  /** Multiples of the step, for `encodeIntegers` with the same states. */
  readonly values: Int32Array;
  /** Bits that `encodeIntegers` takes for the values, as `codedBits` estimates them. */
  readonly bits: number;
}

/**
 * Rate–distortion optimised rounding: each entry becomes the multiple of its step with the least `weight·error² + bitCost·bits`. The bits
 * follow from the coder's adaptive probabilities at that place. With a trellis, the Viterbi algorithm finds the path with the least cost.
 *
 * Source: dependent quantisation as in ISO/IEC 15938-17 and VVC; DeepCABAC, arXiv 1907.11900.
 *
 * @param pace receives the progress, see `pacedProgress` of `@gcompress/core`.
 * @throws GCompressError `invalid-matrix` for values or weights that do not fit the shape or are not finite, `invalid-option` and
 *   `unknown-option` for wrong options.
 */
export function roundForRate(scaled: Scaled, rounding: Rounding, pace: Pace = () => {}): Rounded {
  assertType('roundForRate', 'pace', pace, 'function');
  assertScaled(scaled, pace);
  assertKnownOptions('roundForRate', rounding, ['states', 'bitCost']);
  assertOneOf('roundForRate', 'states', rounding.states, TRELLIS_STATES);
  assertNumber('roundForRate', 'bitCost', rounding.bitCost, { min: 0 });
  const [rows, columns] = scaled.shape;
  const [rules, spread] = trellisOf(rounding.states);
  const indices = new Int32Array(rows * columns);
  const model = new ResumableLevelModel(columns);
  const table = new BitTable(model);
  const rowsOfChunk = Math.max(1, Math.ceil(CHUNK / columns));
  const survivors =
    rounding.states === 0 ? undefined : new Survivors(trellisOf(rounding.states), rowsOfChunk * columns);
  let state = 0;
  let bits = 0;
  for (let row = 0; row < rows; row += rowsOfChunk) {
    const end = Math.min(rows, row + rowsOfChunk);
    const places: Places = { first: row * columns, end: end * columns };
    table.clear();
    if (!survivors) bits += roundEach(scaled, rounding.bitCost, indices, places, model, table);
    else {
      const before = model.save();
      survivors.choose(scaled, rounding.bitCost, indices, places, state, model, table);
      model.restore(before);
      for (let at = places.first; at < places.end; at++) {
        const index = indices[at];
        const quantiser = rules[3 * state];
        const bucket = model.bucket();
        const magnitude = Math.abs(index);
        bits += model.count(quantiser, bucket, model.neighbours, magnitude);
        model.observe(magnitude);
        state = nextState(rules, state, index);
        indices[at] = multipleOf(index, quantiser, spread);
      }
    }
    pace(OPERATIONS * Math.max(4, rounding.states) * (end - row) * columns, end / rows);
  }
  return { values: indices, bits: streamBits(bits, indices) };
}

/** Independent rounding to the cheapest of the nearest integer, the integer below it, and 0. Returns the bits. */
function roundEach(
  { values, weights }: Scaled,
  bitCost: number,
  indices: Int32Array,
  { first, end }: Places,
  model: CountingLevelModel,
  table: BitTable,
): number {
  let bits = 0;
  for (let at = first; at < end; at++) {
    const size = Math.abs(values[at]);
    const weight = weights.length === 1 ? weights[0] : weights[at];
    const bucket = model.bucket();
    const { neighbours } = model;
    const nearest = Math.min(LARGEST, Math.round(size));
    let best = nearest;
    if (bitCost > 0 && nearest > 0) {
      let least = weight * (size - nearest) ** 2 + bitCost * table.of(0, bucket, neighbours, nearest);
      for (let candidate = nearest - 1; ; candidate = 0) {
        const error = weight * (size - candidate) ** 2;
        // No bits are below 0, so a larger error alone cannot cost less
        const cost = error < least ? error + bitCost * table.of(0, bucket, neighbours, candidate) : error;
        if (cost < least) {
          least = cost;
          best = candidate;
        }
        if (candidate === 0) break;
      }
    }
    indices[at] = values[at] < 0 ? -best : best;
    bits += model.count(0, bucket, neighbours, best);
    model.observe(best);
  }
  return bits;
}

function assertScaled(scaled: Scaled, pace: Pace): void {
  assertType('roundForRate', 'scaled', scaled, 'object');
  const { shape, values, weights } = scaled;
  assertShape2D(shape, 'roundForRate');
  const count = shape[0] * shape[1];
  if (!(values instanceof Float32Array) || values.length !== count) {
    throw refused('values', `${count} values in a Float32Array`, values);
  }
  if (!(weights instanceof Float32Array) || (weights.length !== 1 && weights.length !== count)) {
    throw refused('weights', `1 or ${count} weights in a Float32Array`, weights);
  }
  // Loops: findIndex takes several times as long
  for (let at = 0; at < values.length; at++) {
    if (!(Math.abs(values[at]) <= LARGEST)) throw refused('values', `values of at most ${LARGEST} steps`, values[at]);
  }
  pace(values.length, 0);
  for (let at = 0; at < weights.length; at++) {
    if (!(weights[at] >= 0 && weights[at] < Number.POSITIVE_INFINITY)) {
      throw refused('weights', 'finite weights of at least 0', weights[at]);
    }
  }
  pace(weights.length, 0);
}

function refused(name: string, expected: string, value: unknown): GCompressError {
  const actual = value instanceof Float32Array ? `${value.length}` : describeValue(value);
  return new GCompressError('invalid-matrix', { where: `roundForRate ${name}`, expected, actual });
}
