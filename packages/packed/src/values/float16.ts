// Conversion between numbers and float16 (IEEE 754 binary16).
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';

/** The largest number that float16 holds. */
const LARGEST = 65504;

/** The bits of the nearest float16, ties to even; infinity for numbers that are too large. */
export function toFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= LARGEST + 16) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundHalfEven(size * 2 ** 24);
  let exponent = Math.floor(Math.log2(size));
  // Near powers of two the logarithm may be rounded to the wrong side
  if (2 ** exponent > size) exponent--;
  if (2 ** (exponent + 1) <= size) exponent++;
  // A fraction that is rounded up to 2 carries into the exponent, which is correct
  return sign | (((exponent + 15) << 10) + roundHalfEven((size / 2 ** exponent - 1) * 1024));
}

/** The number with these bits. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The nearest integer, ties to even. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/**
 * The bits of the nearest float16 of each value, ties to even; infinity for numbers that are too large.
 *
 * @throws GCompressError `invalid-option` for anything but a Float32Array.
 */
export function float16Bits(values: Float32Array): Uint16Array {
  if (values instanceof Float32Array) return Uint16Array.from(values, toFloat16);
  throw new GCompressError('invalid-option', {
    where: 'float16Bits',
    expected: 'a Float32Array',
    actual: describeValue(values),
  });
}
