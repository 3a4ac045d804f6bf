// Encodes the integers of a matrix by the codec that gives the fewest bytes.
import { describeValue, GCompressError, type Shape2D } from '@gcompress/core';
import { assertIntegerShape, LearningPrice } from './cost-model.ts';
import { Model } from './model.ts';
import { RangeEncoder } from './range-encoder.ts';

/** Bytes before the bits of codec 0: codec, width, smallest value. */
const PACKED_HEADER = 6;
/** Bytes of codec 1 beyond the values' own cost: codec, and the last four, of which half a byte carries information. */
const CODED_OVERHEAD = 4.5;

/**
 * Codes the integers of a matrix of `shape` [rows, columns], row by row. The first byte names the codec: 0 packed bits,
 * 1 context-coded; the smaller stream is taken.
 *
 * @throws GCompressError `invalid-matrix` unless `values` is an Int32Array that fills the shape.
 */
export function encodeIntegers(values: Int32Array, shape: Shape2D): Uint8Array {
  assertIntegers('encodeIntegers', values, shape);
  const model = new Model(shape[1]);
  const encoder = new RangeEncoder();
  for (let i = 0; i < values.length; i++) model.next(encoder, values[i]);
  const coded = encoder.finish();
  const range = rangeOf(values);
  if (packedLength(values.length, range.width) <= coded.length + 1) return packIntegers(values, range);
  const bytes = new Uint8Array(coded.length + 1);
  bytes[0] = 1;
  bytes.set(coded, 1);
  return bytes;
}

/**
 * Bits that `encodeIntegers` takes, header included, without making the bytes: exact for packed bits, within 0.5 % or
 * 16 bits for context-coded streams.
 *
 * @throws GCompressError as {@link encodeIntegers}.
 */
export function codedBits(values: Int32Array, shape: Shape2D): number {
  assertIntegers('codedBits', values, shape);
  const price = new LearningPrice();
  const model = new Model(shape[1]);
  for (let i = 0; i < values.length; i++) model.next(price, values[i]);
  const bits = price.sum + CODED_OVERHEAD * 8;
  return Math.min(bits, 8 * packedLength(values.length, rangeOf(values).width));
}

function assertIntegers(where: string, values: unknown, shape: Shape2D): void {
  assertIntegerShape(where, shape);
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
  for (const value of values) {
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  return { smallest, width: 32 - Math.clz32(largest - smallest) };
}

function packedLength(count: number, width: number): number {
  return PACKED_HEADER + Math.ceil((count * width) / 8);
}

function packIntegers(values: Int32Array, { smallest, width }: ValueRange): Uint8Array {
  const bytes = new Uint8Array(packedLength(values.length, width));
  bytes[1] = width;
  new DataView(bytes.buffer).setInt32(2, smallest, true);
  let position = PACKED_HEADER;
  // At most 7 + 32 bits are held: a sum of powers of two that a double keeps exactly
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
