/** Values as bytes: `value ≈ code · scale + min`. */
export interface Uint8Quantization {
  readonly codes: Uint8Array;
  readonly scale: number;
  readonly min: number;
}

/**
 * Plain quantization to one byte a value, as the TensorFlow.js converter does it for each tensor: 256 levels evenly between the
 * smallest and the largest value, shifted so that zero is one of them. Followed by gzip, it is what every compressed form should be
 * compared with.
 */
export function quantizeUint8(values: Float32Array): Uint8Quantization {
  let low = 0;
  let high = 0;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scale = (high - low) / 255 || 1;
  const zeroCode = Math.round(-low / scale);
  const codes = Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.round(value / scale) + zeroCode)));
  return { codes, scale, min: -zeroCode * scale };
}

/** The values that the bytes stand for. */
export function dequantizeUint8({ codes, scale, min }: Uint8Quantization): Float32Array {
  return Float32Array.from(codes, (code) => code * scale + min);
}
