// Small integers packed into as few bits as they need.
import { fileError } from '../checks/errors.ts';
import { describeValue } from '../checks/option-checks.ts';

/**
 * Unsigned integers packed to `bits` (1 to 16) each, lowest bit first, without gaps; the last byte is filled with zeros.
 * With 8 or 16 bits the result equals a `Uint8Array` or a little-endian `Uint16Array`.
 *
 * @throws GCompressError `invalid-option` for anything but an array, or another number of bits.
 */
export function packBits(values: ArrayLike<number>, bits: number): Uint8Array {
  const count = (values as typeof values | null)?.length;
  const bytes = new Uint8Array(packedBytes(typeof values === 'object' ? Number(count) : Number.NaN, bits));
  let buffer = 0;
  let filled = 0;
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    buffer |= values[i] << filled;
    filled += bits;
    while (filled >= 8) {
      bytes[at++] = buffer & 0xff;
      buffer >>>= 8;
      filled -= 8;
    }
  }
  if (filled > 0) bytes[at] = buffer;
  return bytes;
}

/**
 * The `count` integers of `bits` each that {@link packBits} wrote.
 *
 * @throws GCompressError `invalid-option` for another number of bits, or fewer bytes than {@link packedBytes}.
 */
export function unpackBits(bytes: Uint8Array, bits: number, count: number): Int32Array {
  const needed = packedBytes(count, bits);
  if (!(bytes instanceof Uint8Array) || bytes.length < needed) {
    const actual = bytes instanceof Uint8Array ? `${bytes.length}` : describeValue(bytes);
    throw fileError('invalid-option', 'unpackBits bytes', `a Uint8Array of at least ${needed} bytes`, actual);
  }
  const values = new Int32Array(count);
  const mask = 2 ** bits - 1;
  let buffer = 0;
  let filled = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    while (filled < bits) {
      buffer |= bytes[at++] << filled;
      filled += 8;
    }
    values[i] = buffer & mask;
    buffer >>>= bits;
    filled -= bits;
  }
  return values;
}

/**
 * Bytes that `count` integers of `bits` each take.
 *
 * @throws GCompressError `invalid-option` unless `count` is an integer from 0 on, and `bits` one from 1 to 32.
 */
export function packedBytes(count: number, bits: number): number {
  if (isCount(count, 0) && isCount(bits, 1) && bits <= 32) return Math.ceil((count * bits) / 8);
  const actual = `${describeValue(count)} of ${describeValue(bits)} bits`;
  throw fileError('invalid-option', 'packed integers', 'a number of integers of 1 to 32 bits', actual);
}

/**
 * Bits that the integers `0 … levels − 1` need; 1 for a single level.
 *
 * @throws GCompressError `invalid-option` unless `levels` is an integer from 1 to 2³¹.
 */
export function bitsFor(levels: number): number {
  if (isCount(levels, 1) && levels <= 2 ** 31) return Math.max(1, 32 - Math.clz32(levels - 1));
  throw fileError('invalid-option', 'bitsFor', '1 to 2³¹ levels', describeValue(levels));
}

function isCount(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && Number(value) >= least;
}
