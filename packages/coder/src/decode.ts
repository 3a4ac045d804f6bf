// Decoder of integer streams, without the encoder, for pages that only read.
import { readCodedIntegers } from './coded-integers.ts';
import { refuse } from './integer-reader.ts';
import { readPackedIntegers } from './packed-integers.ts';

export { unpackCodes } from './codes/unpack-codes.ts';

/** Reads a stream of integers in slices of rows. */
export interface IntegerDecoder {
  /**
   * The values of the next `count` rows.
   *
   * @throws GCompressError `invalid-option` for more rows than are left, `file-truncated`, `unknown-codec` or `file-tensor` for a
   * damaged stream; surplus bytes are detected with the last row.
   */
  rows(count: number): Int32Array;
}

/**
 * Decodes a stream of `encodeIntegers` for a matrix of this shape. The caller must limit the shape, because the shape alone
 * decides the allocation: 4 bytes a value.
 *
 * @throws GCompressError `file-truncated` for missing bytes; `unknown-codec` for a codec of another version; `file-tensor` for
 * surplus bytes or values out of range; `invalid-option` when the arguments are not bytes and a shape.
 */
export function decodeIntegers(bytes: Uint8Array, shape: readonly [number, number]): Int32Array {
  return createIntegerDecoder(bytes, shape).rows(shape[0]);
}

/**
 * Decodes a stream in slices of rows, e.g. to keep a page responsive.
 *
 * @throws GCompressError as {@link decodeIntegers}.
 */
export function createIntegerDecoder(bytes: Uint8Array, shape: readonly [number, number]): IntegerDecoder {
  const given =
    Array.isArray(shape) && shape.length === 2 && shape.every((side) => Number.isSafeInteger(side) && side > 0);
  if (!(bytes instanceof Uint8Array && given)) {
    throw refuse('invalid-option', 'bytes and a shape', 'none');
  }
  const [rows, columns] = shape;
  const reader = bytes[0] === 0 ? readPackedIntegers(bytes, rows * columns) : readCodedIntegers(bytes, columns);
  let left = rows;
  return {
    rows(count) {
      if (!(Number.isInteger(count) && count >= 0 && count <= left)) {
        throw refuse('invalid-option', `at most ${left} rows`, typeof count === 'number' ? `${count}` : typeof count);
      }
      const values = new Int32Array(count * columns);
      reader.fill(values);
      left -= count;
      if (left === 0) reader.end();
      return values;
    },
  };
}
