// Runs graph models, and changes the values of their constants.
import { floatValues, joinedArtifacts, readModel } from '@gcompress/packed/weights';
import * as tf from '@tensorflow/tfjs';

/** The first output of a graph model for an input. */
export async function outputsOf(artifacts: tf.io.ModelArtifacts, x: tf.Tensor): Promise<tf.Tensor> {
  const model = await tf.loadGraphModel({ load: async () => artifacts });
  try {
    return model.predict(x) as tf.Tensor;
  } finally {
    model.dispose();
  }
}

/** The artifacts with other values of a weight. */
export function withValues(artifacts: tf.io.ModelArtifacts, name: string, values: Float32Array) {
  const { model, weights } = readModel('test', artifacts);
  return joinedArtifacts(
    model,
    weights.map(({ bytes, ...weight }) => {
      const spec = { ...weight.spec, name: weight.name, dtype: weight.dtype, shape: [...weight.shape] } as never;
      if (weight.name !== name) return { spec, bytes };
      return { spec, bytes: new Uint8Array(values.slice().buffer) };
    }),
  );
}

/** The largest difference of two outputs, relative to the largest value. */
export function distance(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] / Math.max(1, tf.max(tf.abs(a)).dataSync()[0]));
}

/** Shape and values of a weight. */
export function weightOf(artifacts: tf.io.ModelArtifacts, name: string) {
  const weight = readModel('test', artifacts).weights.find((one) => one.name === name);
  const values = weight && floatValues(weight);
  if (!values) throw new Error(`no weight '${name}' of float32`);
  return { shape: weight.shape, values };
}
