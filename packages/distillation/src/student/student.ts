// The small model while it trains: a layers model that reads its kernels from their compressed form.
import type { CompressedMatrix } from '@gcompress/core';
import type { ModelContents } from '@gcompress/packed/weights';
import { type io, reshape, type Tensor, tidy, transpose, type Variable } from '@tensorflow/tfjs-core';
import { type LayersModel, type LayerVariable, loadLayersModel } from '@tensorflow/tfjs-layers';
import type { RestValues } from './small-model.ts';
import { trainedFactors } from './trained-factors.ts';
import { hasTrainableLevels, trainedLevels } from './trained-levels.ts';
import type { TrainedWeight } from './trained-weight.ts';

/** A small model that trains. */
export interface Student {
  readonly model: LayersModel;
  /** All variables that train, always in this order. */
  readonly variables: readonly Variable[];
  readonly weights: ReadonlyMap<string, TrainedWeight>;
  /** The compressed matrices as they are now. */
  matrices(): Promise<ReadonlyMap<string, CompressedMatrix>>;
  /** The values of the trained weights that are not compressed. */
  rest(): Promise<RestValues>;
  dispose(): void;
}

/** Loads the small model and lets its compressed weights train in their compressed form, with the other weights as far as they train. */
export async function studentOf(
  artifacts: io.ModelArtifacts,
  matrices: ReadonlyMap<string, CompressedMatrix>,
  { kernels }: ModelContents,
  trainLevels: boolean,
): Promise<Student> {
  const model = await loadLayersModel({ load: async () => artifacts });
  const weights = new Map<string, TrainedWeight>();
  const rest: LayerVariable[] = [];
  for (const weight of model.weights) {
    const name = weight.originalName;
    const matrix = matrices.get(name);
    if (!matrix) {
      if (weight.trainable && weight.read().dtype === 'float32') rest.push(weight);
      continue;
    }
    const trained = trainLevels && hasTrainableLevels(matrix) ? trainedLevels(matrix) : trainedFactors(matrix);
    weights.set(name, trained);
    const shape = weight.shape.map(Number);
    const swapped = kernels.get(name)?.swapped ?? false;
    // Layers read their kernels in each call
    weight.read = () => tidy(() => weightTensor(trained.read(), shape, swapped));
  }
  const trainable = rest.filter((weight) => model.trainableWeights.includes(weight));
  const ofRest = trainable.map((weight) => weight.read() as Variable);
  return {
    model,
    weights,
    variables: [...[...weights.values()].flatMap(({ variables }) => variables), ...ofRest],
    async matrices() {
      const now = new Map<string, CompressedMatrix>();
      for (const [name, weight] of weights) now.set(name, await weight.matrix());
      return now;
    },
    async rest() {
      const entries = trainable.map(async (weight, at) => {
        return [weight.originalName, Float32Array.from(await ofRest[at].data())] as const;
      });
      return new Map(await Promise.all(entries));
    },
    dispose() {
      for (const weight of model.weights) if (weights.has(weight.originalName)) Reflect.deleteProperty(weight, 'read');
      for (const weight of weights.values()) weight.dispose();
      model.dispose();
    },
  };
}

/** A matrix `[m, n]` in the shape of its weight; a transposed convolution has its last two axes exchanged. */
function weightTensor(matrix: Tensor, shape: readonly number[], swapped: boolean): Tensor {
  if (!swapped) return reshape(matrix, [...shape]);
  const [outer, inner] = shape.slice(-2);
  return reshape(transpose(reshape(matrix, [-1, inner, outer]), [0, 2, 1]), [...shape]);
}
