// A compressed weight for inference, as factors or as the dense matrix, whichever its layer needs.
import type { Factor } from '@gcompress/core';
import { keep, tensor, tidy } from '@tensorflow/tfjs-core';
import { chooseExecution, type WeightUse } from './choose-execution.ts';
import { DenseWeight } from './dense-weight.ts';
import { FactorWeight, type FactorWeightParts } from './factor-weight.ts';
import { fromMatrix } from './matrix-view.ts';
import { tfOps } from './tf-ops.ts';
import type { Weight } from './weight.ts';

/** The parts of a weight for inference. */
export interface InferenceWeightParts extends Omit<FactorWeightParts, 'factors' | 'constant'> {
  readonly factors: Readonly<Record<string, Factor>>;
  /** The only use that the layer makes of the weight. */
  readonly use: WeightUse;
}

/**
 * A weight that holds only the factors if the layer can compute with them and that pays, otherwise only the dense matrix. Its tensors
 * live until it is disposed, because layers are called in a tidy.
 */
export function inferenceWeight({ factors, use, ...parts }: InferenceWeightParts): Weight {
  const { format, form, view, weightShape } = parts;
  const constantValues = Object.values(factors).reduce((sum, { data }) => sum + data.length, 0);
  const tensors = () =>
    Object.fromEntries(
      Object.entries(factors).map(([name, { data, shape, dtype }]) => [name, tensor(data, [...shape], dtype)]),
    );
  if (chooseExecution({ format, form, use, constantValues }) === 'factors') {
    const kept = tidy(() =>
      Object.fromEntries(Object.entries(tensors()).map(([name, factor]) => [name, keep(factor)])),
    );
    return new FactorWeight({ ...parts, factors: kept, constant: true }, Object.values(kept));
  }
  const dense = tidy(() => keep(fromMatrix(format.reconstruct(tfOps, tensors(), form), weightShape, view)));
  return new DenseWeight(() => dense, view, [dense]);
}
