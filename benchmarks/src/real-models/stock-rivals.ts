// The stock files for comparison: quantized manifests of TensorFlow.js, gzipped.
import { gzipSync } from 'node:zlib';
import type * as tf from '@tensorflow/tfjs';

/** How each float32 weight is stored: float16, or one byte a value with this many bits of it used. */
export type StockType = 'float16' | 8 | 7 | 6 | 5 | 4;

/** Artifacts with quantized weights, and the bytes of `model.json` and weights, each gzipped. */
export interface StockFile {
  readonly artifacts: tf.io.ModelArtifacts;
  readonly bytes: number;
}

/**
 * A model with quantized weights. The rule is the converter's: levels lie evenly between the smallest and the largest value of a weight,
 * and the range is moved so that 0 is one of them.
 *
 * @param weights float32 and int32 weights by name, decoded.
 */
export function stockFile(
  { weightSpecs = [], weightData: _, ...model }: tf.io.ModelArtifacts,
  weights: tf.NamedTensorMap,
  type: StockType,
): StockFile {
  const stored = weightSpecs.map(({ quantization: __, ...spec }) => {
    const values = weights[spec.name].dataSync();
    if (spec.dtype !== 'float32') return { spec, bytes: bytesOf(values as Int32Array) };
    const { quantization, bytes } = quantized(values as Float32Array, type);
    return { spec: { ...spec, quantization }, bytes };
  });
  const data = Buffer.concat(stored.map(({ bytes }) => bytes));
  const specs = stored.map(({ spec }) => spec) as tf.io.WeightsManifestEntry[];
  const json = JSON.stringify({ ...model, weightsManifest: [{ paths: ['weights.bin'], weights: specs }] });
  return {
    artifacts: { ...model, weightSpecs: specs, weightData: new Uint8Array(data).buffer },
    bytes: gzipSync(json, { level: 9 }).length + gzipSync(data, { level: 9 }).length,
  };
}

function quantized(values: Float32Array, type: StockType) {
  if (type === 'float16') return { quantization: { dtype: type }, bytes: bytesOf(Uint16Array.from(values, halfBits)) };
  let [least, most] = [values[0], values[0]];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least === most) {
    return { quantization: { dtype: 'uint8', scale: 1, min: least }, bytes: new Uint8Array(values.length) };
  }
  const levels = 2 ** type - 1;
  const scale = (most - least) / levels;
  const min = least <= 0 && most >= 0 ? -Math.round(-least / scale) * scale : least;
  const bytes = Uint8Array.from(values, (value) => Math.max(0, Math.min(levels, Math.round((value - min) / scale))));
  return { quantization: { dtype: 'uint8', scale, min }, bytes };
}

/** The nearest half-precision number, in 16 bits; numbers that are too large become infinity. */
function halfBits(value: number): number {
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  // The exponent of the number, no smaller than that of the smallest normal one
  const exponent = Math.max(-14, Math.floor(Math.log2(size || Number.MIN_VALUE)));
  const units = Math.round(size * 2 ** (10 - exponent));
  return sign | Math.min(0x7c00, (exponent + 14) * 1024 + units);
}

function bytesOf(values: Uint16Array | Int32Array | Float32Array | Uint8Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
