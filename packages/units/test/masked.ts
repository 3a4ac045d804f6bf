// What the tests compare with: the model with zeros in the place of removed units, made from the plain data of the analysis.
import { rebuildModel } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import { removeUnits, type UnitGroups, unitGroups } from '../src/index.ts';

/** Zeros the kernel rows that read these units, in a copy of the model. Nothing reads them then, whatever they compute. */
export function masked(
  model: tf.LayersModel,
  { groups }: UnitGroups,
  removed: Readonly<Record<string, readonly number[]>>,
): tf.LayersModel {
  const copy = rebuildModel(model, () => undefined);
  for (const { name, slices } of groups) {
    for (const { weight, axis, units } of slices.filter((slice) => slice.role === 'consumer')) {
      const at = model.weights.findIndex(({ originalName }) => originalName === weight);
      const { shape } = model.weights[at];
      const mask = Float32Array.from(units, (unit) => (removed[name]?.includes(unit) ? 0 : 1));
      tf.tidy(() => {
        const factor = tf.tensor(
          mask,
          shape.map((_, other) => (other === axis ? mask.length : 1)),
        );
        const variable = copy.weights[at].read() as tf.Variable;
        variable.assign(variable.mul(factor));
      });
    }
  }
  return copy;
}

/** The model that comes back after saving and loading. */
export async function savedAndLoaded(model: tf.LayersModel): Promise<tf.LayersModel> {
  return tf.loadLayersModel(tf.io.fromMemory(await artifactsOf(model)));
}

/** What `save` hands to its handler. */
export async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  const saved: tf.io.ModelArtifacts[] = [];
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved.push(artifacts);
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return saved[0];
}

/** Largest difference of the outputs, relative to the largest output. */
export function distance(a: tf.LayersModel, b: tf.LayersModel, inputs: tf.Tensor | tf.Tensor[]): number {
  return tf.tidy(() => {
    const [left, right] = [a, b].map((model) => [model.predict(inputs)].flat() as tf.Tensor[]);
    const largest = (values: tf.Tensor) => values.abs().max().dataSync()[0];
    return Math.max(...left.map((value, at) => largest(value.sub(right[at])) / Math.max(1, largest(value))));
  });
}

/** Removes units, and gives the distance to the masked model. */
export async function distanceAfter(model: tf.LayersModel, inputs: tf.Tensor | tf.Tensor[], keep: number) {
  const result = await removeUnits(model, { keep });
  const zeroed = masked(model, unitGroups(model), result.removed);
  const far = distance(zeroed, result.model, inputs);
  disposeWeights(zeroed);
  return { ...result, far };
}

/** Disposes a model. TensorFlow.js itself keeps the weights of a layer that is used in several places. */
export function disposeWeights(model: tf.LayersModel): void {
  for (const weight of new Set(model.weights)) weight.dispose();
}
