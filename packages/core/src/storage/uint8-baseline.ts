// Plain uint8 quantization, the baseline that every method is compared with.
import { GCompressError } from '../checks/errors.ts';
import { assertNumber, assertType, describeValue } from '../checks/option-checks.ts';

/** Values as bytes: `value ≈ code · scale + min`. */
export interface Uint8Quantization {
  readonly codes: Uint8Array;
  readonly scale: number;
  readonly min: number;
}

/**
 * Plain quantization to one byte a value, as the TensorFlow.js converter does it for each tensor: 256 levels evenly between the
 * smallest and the largest value. Where 0 lies between them, the range is moved by less than one level so that 0 is a level itself; a
 * single value becomes `min`. Followed by gzip, it is what every compressed form should be compared with.
 *
 * Porting note: `quantize_weights` of `tensorflowjs/quantization.py`.
 *
 * @throws GCompressError `invalid-option` for anything but a Float32Array, `non-finite` for NaN and infinities.
 */
export function quantizeUint8(values: Float32Array): Uint8Quantization {
  if (!(values instanceof Float32Array)) {
    throw new GCompressError('invalid-option', {
      where: 'quantizeUint8 values',
      expected: 'a Float32Array',
      actual: describeValue(values),
    });
  }
  const [least, most] = extremes(values);
  if (least === most) return { codes: new Uint8Array(values.length), scale: 1, min: least };
  const scale = (most - least) / 255;
  const min = least <= 0 && most >= 0 ? -roundHalfEven(-least / scale) * scale : least;
  const max = min + 255 * scale;
  const codes = Uint8Array.from(values, (value) => roundHalfEven((Math.min(max, Math.max(min, value)) - min) / scale));
  return { codes, scale, min: min === 0 ? 0 : min };
}

/**
 * The values that the bytes stand for.
 *
 * @throws GCompressError `invalid-option` for what {@link quantizeUint8} does not give.
 */
export function dequantizeUint8(quantized: Uint8Quantization): Float32Array {
  assertType('dequantizeUint8', 'quantized', quantized, 'object');
  const { codes, scale, min } = quantized;
  assertNumber('dequantizeUint8', 'scale', scale);
  assertNumber('dequantizeUint8', 'min', min);
  if (!(codes instanceof Uint8Array)) {
    throw new GCompressError('invalid-option', {
      where: 'dequantizeUint8 codes',
      expected: 'a Uint8Array',
      actual: describeValue(codes),
    });
  }
  return Float32Array.from(codes, (code) => code * scale + min);
}

/** The smallest and the largest of these values; 0 and 0 for none. */
function extremes(values: Float32Array): readonly [least: number, most: number] {
  let least = values.length > 0 ? values[0] : 0;
  let most = least;
  for (const [at, value] of values.entries()) {
    if (!Number.isFinite(value)) {
      throw new GCompressError('non-finite', {
        where: 'quantizeUint8 values',
        expected: 'finite numbers',
        actual: `${value} at position ${at}`,
      });
    }
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

/** The nearest integer, and of two the even one, as NumPy rounds. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
