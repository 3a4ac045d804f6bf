// Compares the weights of two forms of a model.
import { differences, floatValues, type ModelWeight, readModel } from '@gcompress/packed/weights';
import type { io } from '@tensorflow/tfjs-core';

/** The difference of one weight between the first and the second model. */
export interface WeightDifference {
  readonly name: string;
  readonly shape: readonly number[];
  /** Bytes in the first and in the second model, as TensorFlow.js loads them; undefined if the model lacks this weight. */
  readonly bytes: readonly [number | undefined, number | undefined];
  /** Frobenius norm of the difference divided by the norm of the first weight; undefined if the two cannot be compared. */
  readonly relativeError?: number;
  /** Largest absolute difference of a value. */
  readonly maxError?: number;
  /** The reason why they cannot be compared. */
  readonly reason?: string;
}

/** Compares the weights of two models by name; weights that only the second model has come last. */
export function compareWeights(first: io.ModelArtifacts, second: io.ModelArtifacts): WeightDifference[] {
  const others = new Map(readModel('diff', second).weights.map((weight) => [weight.name, weight]));
  const compared = readModel('diff', first).weights.map((weight) => {
    const other = others.get(weight.name);
    others.delete(weight.name);
    return differenceOf(weight, other);
  });
  const added = [...others.values()].map(({ name, shape, bytes }): WeightDifference => {
    return { name, shape, bytes: [undefined, bytes.length], reason: 'only in the second model' };
  });
  return [...compared, ...added];
}

function differenceOf(one: ModelWeight, other: ModelWeight | undefined): WeightDifference {
  const { name, shape } = one;
  const bytes = [one.bytes.length, other?.bytes.length] as const;
  if (!other) return { name, shape, bytes, reason: 'only in the first model' };
  if (other.shape.join() !== shape.join()) {
    return { name, shape, bytes, reason: `[${other.shape.join(', ')}] in the second model` };
  }
  const [values, others] = [floatValues(one), floatValues(other)];
  if (values && others) return { name, shape, bytes, ...differences(values, others) };
  const isSame = one.dtype === other.dtype && Buffer.compare(one.bytes, other.bytes) === 0;
  if (isSame) return { name, shape, bytes, relativeError: 0, maxError: 0 };
  return { name, shape, bytes, reason: `other values of ${one.dtype}` };
}
