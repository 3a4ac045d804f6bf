// Takes the entropy coding off a stream of integers and puts it on again.
import type { Shape2D } from '@gcompress/core';
import { assertOneOf, assertShape2D, assertType } from '@gcompress/core/checks';
import { decodeIntegers } from './decode.ts';
import { assertIntegers, codecOf, encodeIntegers, packIntegers } from './encode.ts';
import { TRELLIS_STATES, type TrellisStates } from './trellis.ts';

/**
 * The stream with packed bits in place of context coding, for hosts that decode it many times: packed bits decode many times faster.
 * `encodeIntegers` with the same states turns the integers of the result into the given stream again, bit for bit.
 *
 * @param bytes a stream of `encodeIntegers` for a matrix of `shape` [rows, columns]. The caller must limit the shape.
 * @param states states of the trellis that chose the values.
 * @returns the given bytes if they are packed bits already; undefined if `encodeIntegers` gives other bytes for their integers, as for the
 *   stream of a writer that codes in another way.
 * @throws GCompressError what `decodeIntegers` throws; `invalid-option` for other states.
 */
export function packedIntegers(bytes: Uint8Array, shape: Shape2D, states: TrellisStates = 0): Uint8Array | undefined {
  assertType('packedIntegers', 'bytes', bytes, 'object');
  assertShape2D(shape, 'packedIntegers');
  assertOneOf('packedIntegers', 'states', states, TRELLIS_STATES);
  const values = decodeIntegers(bytes, shape);
  assertIntegers('packedIntegers', values, shape);
  const packed = packIntegers(values);
  if (bytes[0] === 0) return sameBytes(encodeIntegers(values, shape, states), bytes) ? bytes : undefined;
  // A coded stream is the only one of its integers and states, so it need not be coded again to be compared
  const isOurs = bytes[0] === codecOf(values, states) && bytes.length < packed.length;
  return isOurs ? packed : undefined;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
