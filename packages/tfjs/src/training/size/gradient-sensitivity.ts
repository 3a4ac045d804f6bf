// How strongly the loss depends on each matrix: the mean squared gradients that Adam and RMSProp keep.
import { GCompressError } from '@gcompress/core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { TfCompressionOp } from '../compression-op.ts';

/** How the slots of squared gradients are called after their variable: by Adam, and by RMSProp. */
const SLOTS = ['/v', '/rms'];

/**
 * The mean squared gradient of the entries of each matrix, over those that have a gradient, in ratio to the geometric mean of all matrices.
 * The gradients are those of the training so far, as the optimizer averages them, so that no time is added and checkpoints keep them. The
 * loss grows about by half this number times the squared error of an entry (the diagonal of the empirical Fisher information, as in Theis et
 * al., arXiv 1801.05787). Undefined before the optimizer has taken a step, and where a matrix has no gradient.
 *
 * @throws GCompressError `unsupported` for an optimizer that keeps no squared gradients.
 */
export async function gradientSensitivity(
  operators: readonly TfCompressionOp[],
  optimizer: Optimizer,
): Promise<number[] | undefined> {
  assertKeepsSquares(optimizer);
  const slots = new Map((await slotsOf(optimizer)).map(({ name, tensor }) => [name, tensor]));
  const means: number[] = [];
  for (const { variables } of operators) {
    const slot = SLOTS.map((suffix) => slots.get(`${variables.matrix.name}${suffix}`)).find((found) => found);
    const mean = slot ? meanOfNonzero(await slot.data()) : 0;
    if (mean === 0) return undefined;
    means.push(mean);
  }
  const geometric = Math.exp(means.reduce((total, mean) => total + Math.log(mean), 0) / means.length);
  return means.map((mean) => mean / geometric);
}

/**
 * Refuses an optimizer that keeps no squared gradients.
 *
 * @throws GCompressError `unsupported`.
 */
export function assertKeepsSquares(optimizer: Optimizer): void {
  const name = optimizer.getClassName();
  if (name === 'Adam' || name === 'RMSProp') return;
  throw new GCompressError('unsupported', {
    where: "allocation 'sensitivity'",
    expected: 'the optimizer Adam or RMSProp, which keep squared gradients',
    actual: name,
    hint: "Train with tf.train.adam(), or take the allocation 'price'.",
  });
}

async function slotsOf(optimizer: Optimizer): Promise<{ readonly name: string; readonly tensor: Tensor }[]> {
  const [steps, ...slots] = await optimizer.getWeights();
  // A new tensor, unlike the slots, which are the optimizer's own
  steps?.tensor.dispose();
  return slots;
}

/** The mean over entries with a gradient, because weights that are pruned have none. */
function meanOfNonzero(values: ArrayLike<number>): number {
  let total = 0;
  let count = 0;
  for (let at = 0; at < values.length; at++) {
    if (values[at] === 0) continue;
    total += values[at];
    count++;
  }
  return count === 0 ? 0 : total / count;
}
