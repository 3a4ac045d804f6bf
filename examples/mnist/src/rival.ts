// The rival: plain uint8 weights, as the TensorFlow.js converter makes them.
import { quantizeUint8 } from '@gcompress/core/hosts';
import * as tf from '@tensorflow/tfjs';

/**
 * A save handler that stores every weight as one byte a value, as the TensorFlow.js converter does, and passes the result on. Stock
 * tfjs expands the bytes to float32 when it loads them.
 */
export function asUint8(handler: tf.io.IOHandler): tf.io.IOHandler {
  return tf.io.withSaveHandler(async (artifacts) => {
    const bytes = new Uint8Array(tf.io.CompositeArrayBuffer.join(artifacts.weightData));
    const codes: Uint8Array[] = [];
    let at = 0;
    const weightSpecs = (artifacts.weightSpecs ?? []).map((spec) => {
      const size = spec.shape.reduce((product, side) => product * side, 1);
      const values = new Float32Array(bytes.slice(at, at + size * 4).buffer);
      at += size * 4;
      const quantized = quantizeUint8(values);
      codes.push(quantized.codes);
      return { ...spec, quantization: { dtype: 'uint8' as const, scale: quantized.scale, min: quantized.min } };
    });
    const weightData = Uint8Array.from(codes.flatMap((part) => [...part])).buffer;
    if (!handler.save) throw new Error('the handler cannot save');
    return handler.save({ ...artifacts, weightSpecs, weightData });
  });
}
