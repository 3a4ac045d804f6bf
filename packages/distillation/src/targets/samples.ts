// Splits the inputs into those that train and those that are held out, and makes batches.
import { createRandom } from '@gcompress/core';
import { gather, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';

/** Numbers of samples: those that train, and those that the training does not see. */
export interface Split {
  readonly training: Int32Array;
  readonly heldOut: Int32Array;
}

/** Splits samples at random; both parts get at least one. */
export function splitSamples(count: number, part: number, seed: number): Split {
  const order = createRandom(seed).shuffle(Int32Array.from({ length: count }, (_, at) => at));
  const held = Math.min(count - 1, Math.max(1, Math.round(count * part)));
  return { heldOut: order.slice(0, held).sort(), training: order.slice(held) };
}

/** The samples of a step: each epoch takes all of them once, in an order of its own. A short rest at the end of an epoch is left out. */
export function stepSamples(training: Int32Array, step: number, batchSize: number, seed: number): Int32Array {
  const perEpoch = stepsPerEpoch(training.length, batchSize);
  const order = createRandom((seed + 1 + Math.floor(step / perEpoch)) >>> 0).shuffle(training.slice());
  const from = (step % perEpoch) * batchSize;
  return order.slice(from, from + batchSize);
}

/** Steps of an epoch, at least 1. */
export function stepsPerEpoch(count: number, batchSize: number): number {
  return Math.max(1, Math.floor(count / batchSize));
}

/** These samples of each input. The caller disposes them. */
export function batchOf(inputs: readonly Tensor[], samples: Int32Array): Tensor[] {
  return tidy(() => {
    const index = tensor1d(samples, 'int32');
    return inputs.map((input) => gather(input, index));
  });
}
