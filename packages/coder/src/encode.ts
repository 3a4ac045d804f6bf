// Encoder of integer matrices, with packed bits or the entropy coder, whichever takes fewer bytes.
import { GCompressError, type Pace, type Shape2D } from '@gcompress/core';
import { assertOneOf, assertShape2D, assertType, describeValue } from '@gcompress/core/checks';
import { CountingLevelModel } from './levels/counting-level-model.ts';
import { codeLevel } from './levels/level-model.ts';
import { WalkingLevelModel } from './levels/walking-level-model.ts';
import type { BinaryCoder } from './range/binary-coder.ts';
import { RangeEncoder } from './range/range-encoder.ts';
import { indexOf, nextState, TRELLIS_STATES, type TrellisStates, trellisOf } from './trellis.ts';

/** Values between two reports of progress, and multiplications that take about as long as one value. */
const VALUES = 2 ** 12;
const OPERATIONS_OF_VALUE = 64;
/** Header bytes of codec 0: codec, width, smallest value. */
const PACKED_HEADER = 6;
/** Bytes of a coded stream beyond the cost of its values: one for the codec and about 3.5 of the last four. */
const CODED_OVERHEAD = 4.5;

/**
 * Encodes the integers of a matrix of `shape` [rows, columns], row by row, as the smaller of two streams: packed bits or context coding.
 * The first byte names the codec: 0 for packed bits, 1 to 3 for context coding with 0, 4 or 8 trellis states.
 *
 * @param values multiples of a step.
 * @param states states of the trellis that chose the values, see `roundForRate`. Default 0, no trellis, which is also used for values
 *   that the trellis cannot reach.
 * @throws GCompressError `invalid-matrix` unless `values` is an Int32Array that fills the shape.
 */
export function encodeIntegers(values: Int32Array, shape: Shape2D, states: TrellisStates = 0): Uint8Array {
  assertIntegers('encodeIntegers', values, shape);
  const used = usableStates('encodeIntegers', values, states);
  const model = new WalkingLevelModel(shape[1]);
  const encoder = new RangeEncoder(model);
  codeAll(encoder, model, values, used);
  const coded = encoder.finish();
  if (packedLength(values.length, rangeOf(values).width) <= coded.length + 1) return packIntegers(values);
  const bytes = new Uint8Array(coded.length + 1);
  bytes[0] = codecOfStates(used);
  bytes.set(coded, 1);
  return bytes;
}

/**
 * Bits that `encodeIntegers` takes, header included, computed without writing bytes: exact for packed bits, within 0.5 % or
 * 16 bits for context-coded streams.
 *
 * @param pace receives the progress, see `pacedProgress` of `@gcompress/core`.
 * @throws GCompressError as {@link encodeIntegers}.
 */
export function codedBits(
  values: Int32Array,
  shape: Shape2D,
  states: TrellisStates = 0,
  pace: Pace = () => {},
): number {
  assertIntegers('codedBits', values, shape);
  assertType('codedBits', 'pace', pace, 'function');
  const used = usableStates('codedBits', values, states);
  pace(values.length, 0);
  const bits = countAll(values, shape, used, pace);
  pace(values.length, 1);
  return streamBits(bits, values);
}

/** Bits of the smaller stream, with its header, for values that take `bits` by the coder's probabilities. */
export function streamBits(bits: number, values: Int32Array): number {
  return Math.min(bits + CODED_OVERHEAD * 8, 8 * packedLength(values.length, rangeOf(values).width));
}

/** Bits of the values by the coder's probabilities. */
function countAll(values: Int32Array, [, columns]: Shape2D, states: TrellisStates, pace: Pace): number {
  const model = new CountingLevelModel(columns);
  const [rules, spread] = trellisOf(states);
  let state = 0;
  let bits = 0;
  for (let i = 0; i < values.length; i++) {
    if (i % VALUES === 0) pace(OPERATIONS_OF_VALUE * VALUES, i / values.length);
    const quantiser = rules[3 * state];
    const index = indexOf(values[i], quantiser, spread);
    const magnitude = Math.abs(index);
    const bucket = model.bucket();
    bits += model.count(quantiser, bucket, model.neighbours, magnitude);
    model.observe(magnitude);
    state = nextState(rules, state, index);
  }
  return bits;
}

function codeAll(coder: BinaryCoder, model: WalkingLevelModel, values: Int32Array, states: TrellisStates): void {
  const [rules, spread] = trellisOf(states);
  let state = 0;
  for (let i = 0; i < values.length; i++) {
    const quantiser = rules[3 * state];
    const index = indexOf(values[i], quantiser, spread);
    codeLevel(coder, quantiser, model.bucket(), model.neighbours, index);
    model.observe(Math.abs(index));
    state = nextState(rules, state, index);
  }
}

/** The first byte of a context-coded stream of these values. */
export function codecOf(values: Int32Array, states: TrellisStates): number {
  return codecOfStates(usableStates('codecOf', values, states));
}

function codecOfStates(states: TrellisStates): number {
  return 1 + TRELLIS_STATES.indexOf(states);
}

/** The given states, or 0 if the trellis cannot reach every value at its place. */
function usableStates(where: string, values: Int32Array, states: TrellisStates): TrellisStates {
  assertOneOf(where, 'states', states, TRELLIS_STATES);
  if (states === 0) return 0;
  const [rules, spread] = trellisOf(states);
  let state = 0;
  for (let i = 0; i < values.length; i++) {
    const index = indexOf(values[i], rules[3 * state], spread);
    if (!Number.isInteger(index)) return 0;
    state = nextState(rules, state, index);
  }
  return states;
}

/** Throws unless the values are an Int32Array that fills the shape. */
export function assertIntegers(where: string, values: unknown, shape: Shape2D): void {
  assertShape2D(shape, where);
  if (!(values instanceof Int32Array) || values.length !== shape[0] * shape[1]) {
    throw new GCompressError('invalid-matrix', {
      where,
      expected: `an Int32Array of ${shape[0] * shape[1]} values`,
      actual: values instanceof Int32Array ? `${values.length} values` : describeValue(values),
    });
  }
}

interface ValueRange {
  readonly smallest: number;
  readonly width: number;
}

function rangeOf(values: Int32Array): ValueRange {
  let smallest = values[0];
  let largest = values[0];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < smallest) smallest = values[i];
    if (values[i] > largest) largest = values[i];
  }
  return { smallest, width: 32 - Math.clz32(largest - smallest) };
}

function packedLength(count: number, width: number): number {
  return PACKED_HEADER + Math.ceil((count * width) / 8);
}

/** The stream of codec 0. */
export function packIntegers(values: Int32Array): Uint8Array {
  const { smallest, width } = rangeOf(values);
  const bytes = new Uint8Array(packedLength(values.length, width));
  bytes[1] = width;
  new DataView(bytes.buffer).setInt32(2, smallest, true);
  let position = PACKED_HEADER;
  // At most 7 + 32 bits are held, which a double represents exactly
  let held = 0;
  let have = 0;
  for (const value of values) {
    held += (value - smallest) * 2 ** have;
    for (have += width; have >= 8; have -= 8) {
      bytes[position++] = held % 256;
      held = Math.floor(held / 256);
    }
  }
  if (have > 0) bytes[position] = held;
  return bytes;
}
