// Losses between the outputs of the small model and the outputs of its teacher.
import {
  add,
  clipByValue,
  div,
  log,
  mean,
  mul,
  neg,
  pow,
  reshape,
  type Scalar,
  sqrt,
  squaredDifference,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';

/** How outputs are compared: squared differences, angles between the outputs of a sample, or cross-entropy of probabilities. */
export type DistillationLoss = 'squared' | 'cosine' | 'crossEntropy';

export const LOSSES: readonly DistillationLoss[] = ['squared', 'cosine', 'crossEntropy'];

/** Smallest probability whose logarithm is taken, and smallest length that is divided by. */
const TINY = 1e-7;

/** The loss of outputs y against targets t, both `[samples, …]`. */
type OutputLoss = (y: Tensor, t: Tensor) => Scalar;

/** Mean squared difference, relative to the mean square of the teacher's outputs. */
export function squaredLoss(meanSquare: number): OutputLoss {
  return (y, t) => mul(mean(squaredDifference(y, t)), 1 / Math.max(meanSquare, TINY)) as Scalar;
}

/** Mean over the samples of 1 − the cosine of the angle between the outputs. */
export function cosineLoss(y: Tensor, t: Tensor): Scalar {
  const [ys, ts] = [flat(y), flat(t)];
  const lengths = sqrt(add(mul(sum(mul(ys, ys), 1), sum(mul(ts, ts), 1)), TINY));
  return neg(mean(sub(div(sum(mul(ys, ts), 1), lengths), 1))) as Scalar;
}

/**
 * Kullback–Leibler divergence of probabilities in the last axis, both softened: `p^(1/T)` scaled to sum 1, times T².
 *
 * Source: Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, arXiv 1503.02531.
 */
export function crossEntropyLoss(temperature: number): OutputLoss {
  const softened = (p: Tensor) => {
    const powers = pow(clipByValue(p, TINY, 1), 1 / temperature);
    return div(powers, sum(powers, -1, true));
  };
  return (y, t) => {
    const [p, q] = [softened(y), softened(t)];
    return mul(mean(sum(mul(q, sub(log(q), log(p))), -1)), temperature ** 2) as Scalar;
  };
}

/** True if the last axis holds probabilities: none negative, with a sum of 1. */
export function areProbabilities(values: Float32Array, classes: number): boolean {
  if (classes < 2) return false;
  for (let row = 0; row < values.length; row += classes) {
    let total = 0;
    for (let at = row; at < row + classes; at++) {
      if (values[at] < 0) return false;
      total += values[at];
    }
    if (Math.abs(total - 1) > 1e-3) return false;
  }
  return true;
}

function flat(x: Tensor): Tensor {
  return reshape(x, [x.shape[0], -1]);
}
