// Weights that are not compressed as matrices: biases, statistics of BatchNorm, and all the rest.
import type { JsonObject } from '@gcompress/core';
import { dequantizeUint8, quantizeUint8 } from '@gcompress/core/hosts';
import { fromFloat16, toFloat16 } from './float16.ts';

/** How float32 weights are stored that no method compresses. */
export type RestDtype = 'float32' | 'float16' | 'uint8';

/** The stored form of a float32 weight, as a manifest of TensorFlow.js describes it. */
export interface RestValues {
  readonly dtype: RestDtype;
  readonly bytes: Uint8Array;
  readonly quantization?: JsonObject;
  /** What TensorFlow.js makes of it. */
  readonly values: Float32Array;
}

/** Fewer values than this are kept as they are: saying how they are stored would take as much as is saved. */
const FEWEST: Readonly<Record<RestDtype, number>> = { float32: 0, float16: 8, uint8: 64 };

/** Stores values as asked, or in the next larger type where they are too few, or too large for it. */
export function restValues(values: Float32Array, wanted: RestDtype): RestValues {
  if (wanted === 'uint8' && values.length >= FEWEST.uint8 && values.every(Number.isFinite)) return asUint8(values);
  if (wanted !== 'float32' && values.length >= FEWEST.float16) {
    const half = asFloat16(values);
    const overflows = half.values.some((value, i) => !Number.isFinite(value) && Number.isFinite(values[i]));
    if (!overflows) return half;
  }
  return { dtype: 'float32', bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength), values };
}

function asFloat16(values: Float32Array): RestValues {
  const bits = Uint16Array.from(values, toFloat16);
  return {
    dtype: 'float16',
    bytes: new Uint8Array(bits.buffer),
    quantization: { dtype: 'float16' },
    values: Float32Array.from(bits, fromFloat16),
  };
}

function asUint8(values: Float32Array): RestValues {
  const { codes, scale, min } = quantizeUint8(values);
  const quantization = { dtype: 'uint8', scale, min };
  return { dtype: 'uint8', bytes: codes, quantization, values: dequantizeUint8({ codes, scale, min }) };
}
