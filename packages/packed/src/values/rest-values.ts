// Stores weights that are not compressed as matrices, such as biases and BatchNorm statistics, in float32, float16 or uint8.
import type { JsonObject } from '@gcompress/core';
import { dequantizeUint8, quantizeUint8 } from '@gcompress/core/hosts';
import { fromFloat16, toFloat16 } from './float16.ts';

/**
 * How float32 weights are stored that no method compresses:
 *
 * - `'float32'`: bit by bit.
 * - `'float16'`: each value is off by at most 2⁻¹¹ of its own size. In a weight of two axes or more, values too small for that are off by at
 *   most 2⁻¹¹ of the weight's root mean square. A weight that cannot keep this bound becomes float32, such as a list of variances with one
 *   below 2⁻¹⁴.
 * - `'uint8'`: each value is off by at most (largest − smallest) / 510, and by the rounding of float32.
 */
export type RestDtype = (typeof REST_DTYPES)[number];

/** All types of {@link RestDtype}. */
export const REST_DTYPES = ['float32', 'float16', 'uint8'] as const;

/** The stored form of a float32 weight, as a manifest of TensorFlow.js describes it. */
export interface RestValues {
  readonly dtype: RestDtype;
  readonly bytes: Uint8Array;
  readonly quantization?: JsonObject;
  /** The values that TensorFlow.js decodes. */
  readonly values: Float32Array;
  /** The reason for a larger type than the requested one, if that type would lose too much. */
  readonly note?: string;
}

/** Weights with fewer values stay float32, because the description of another type takes as many bytes as it saves. */
const FEWEST: Readonly<Record<RestDtype, number>> = { float32: 0, float16: 8, uint8: 64 };
/** The largest relative error of float16: half a unit in the last of its 11 bits. */
const HALF_UNIT = 2 ** -11;

/** Stores values in the requested type, or in a larger type if they are too few or would lose too much. */
export function restValues(values: Float32Array, shape: readonly number[], wanted: RestDtype): RestValues {
  if (wanted === 'uint8' && values.length >= FEWEST.uint8 && values.every(Number.isFinite)) return asUint8(values);
  const full = {
    dtype: 'float32' as const,
    bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    values,
  };
  if (wanted === 'float32' || values.length < FEWEST.float16) return full;
  const half = asFloat16(values);
  // Each value of a list, such as a variance, belongs to its own channel
  const scale = shape.length > 1 ? rootMeanSquare(values) : 0;
  const worst = values.findIndex((value, i) => {
    const error = Math.abs(value - half.values[i]);
    return !(Object.is(value, half.values[i]) || error <= HALF_UNIT * Math.max(Math.abs(value), scale));
  });
  if (worst < 0) return half;
  return { ...full, note: `float32, because float16 would make ${half.values[worst]} of ${values[worst]}.` };
}

function asFloat16(values: Float32Array): RestValues {
  const bits = new Uint16Array(values.length);
  const stored = new Float32Array(values.length);
  // Loops: TypedArray.from with a function takes several times as long
  for (let at = 0; at < values.length; at++) {
    bits[at] = toFloat16(values[at]);
    stored[at] = fromFloat16(bits[at]);
  }
  return { dtype: 'float16', bytes: new Uint8Array(bits.buffer), quantization: { dtype: 'float16' }, values: stored };
}

function asUint8(values: Float32Array): RestValues {
  const { codes, scale, min } = quantizeUint8(values);
  const quantization = { dtype: 'uint8', scale, min };
  return { dtype: 'uint8', bytes: codes, quantization, values: dequantizeUint8({ codes, scale, min }) };
}

/** The root mean square; 0 if a value is not finite, so that no value counts as small. */
function rootMeanSquare(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  return Number.isFinite(mean) ? Math.sqrt(mean) : 0;
}
