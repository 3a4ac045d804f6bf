// The stock forms of a model for comparison: float16 and uint8, as the TensorFlow.js converter quantizes.
import { float16Bits, floatValues, type ModelWeight, readModel } from '@gcompress/packed/weights';
import type { io } from '@tensorflow/tfjs-core';

/** A model as float16 and as uint8, which any TensorFlow.js loads. */
export interface StockRivals {
  readonly float16: io.ModelArtifacts;
  readonly uint8: io.ModelArtifacts;
}

/**
 * The stock forms of a model. All float32 weights are quantized, as `tensorflowjs_converter --quantize_float16` and `--quantize_uint8` do
 * without a list of weights: levels lie evenly between the smallest and the largest value of a weight, and the range is moved so that 0 is
 * a level. Other weights stay as they are.
 *
 * @param artifacts the original model; it is not changed.
 * @throws GCompressError `invalid-option` for anything but artifacts, `unsupported` for a topology that is not JSON.
 */
export function stockRivals(artifacts: io.ModelArtifacts): StockRivals {
  const { weights, model } = readModel('stockRivals', artifacts);
  return { float16: quantized(weights, model, asFloat16), uint8: quantized(weights, model, asUint8) };
}

type Quantized = { readonly quantization: object; readonly bytes: Uint8Array };

function quantized(
  weights: readonly ModelWeight[],
  model: Readonly<Record<string, unknown>>,
  quantize: (values: Float32Array) => Quantized,
): io.ModelArtifacts {
  const stored = weights.map((weight) => {
    const { name, dtype, shape, spec, bytes } = weight;
    const values = floatValues(weight);
    if (!values || values.length === 0) return { spec: { ...spec, name, dtype, shape: [...shape] }, bytes };
    const { quantization, bytes: codes } = quantize(values);
    return { spec: { ...spec, name, dtype, shape: [...shape], quantization }, bytes: codes };
  });
  const weightData = new Uint8Array(stored.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of stored) {
    weightData.set(bytes, at);
    at += bytes.length;
  }
  return {
    ...model,
    weightSpecs: stored.map(({ spec }) => spec) as io.WeightsManifestEntry[],
    weightData: weightData.buffer,
  };
}

function asFloat16(values: Float32Array): Quantized {
  return { quantization: { dtype: 'float16' }, bytes: new Uint8Array(float16Bits(values).buffer) };
}

function asUint8(values: Float32Array): Quantized {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const scale = (most - least) / 255;
  // A weight of one value, or of values that are not finite
  if (!(scale > 0 && scale < Number.POSITIVE_INFINITY)) {
    return { quantization: { dtype: 'uint8', scale: 1, min: least }, bytes: new Uint8Array(values.length) };
  }
  const min = least <= 0 && most >= 0 ? -Math.round(-least / scale) * scale : least;
  const bytes = Uint8Array.from(values, (value) => Math.max(0, Math.min(255, Math.round((value - min) / scale))));
  return { quantization: { dtype: 'uint8', scale, min }, bytes };
}
