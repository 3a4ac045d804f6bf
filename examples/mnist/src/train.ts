// Trains a network for a part of the training.
import type { Digits } from '@gcompress/example-datasets';
import * as tf from '@tensorflow/tfjs';
import { epochOrder, tensors } from './network.ts';

export const BATCH_SIZE = 128;

/** A part of a training. */
export interface Training {
  readonly digits: Digits;
  readonly seed: number;
  /** First epoch, from 0, and the one after the last. */
  readonly epochs: readonly [from: number, to: number];
  readonly callbacks?: readonly tf.Callback[];
  readonly signal: AbortSignal;
  /** Called after every batch with the batches done in this part and the loss of the last. */
  readonly onBatch: (done: number, loss: number) => void;
}

/** Steps of an epoch. */
export function stepsPerEpoch(digits: Digits): number {
  return Math.ceil(digits.count / BATCH_SIZE);
}

/** Trains a compiled model; throws the signal's reason when aborted. */
export async function train(model: tf.LayersModel, training: Training): Promise<void> {
  const { digits, seed, epochs, callbacks = [], signal, onBatch } = training;
  let done = 0;
  const progress = new tf.CustomCallback({
    onBatchEnd: (_batch, logs) => {
      onBatch(++done, Number(logs?.loss));
      if (signal.aborted) model.stopTraining = true;
    },
  });
  for (let epoch = epochs[0]; epoch < epochs[1]; epoch++) {
    const { xs, ys } = tensors(digits, epochOrder(digits.count, seed, epoch));
    try {
      await model.fit(xs, ys, {
        epochs: 1,
        batchSize: BATCH_SIZE,
        shuffle: false,
        verbose: 0,
        callbacks: [...callbacks, progress],
      });
    } finally {
      tf.dispose([xs, ys]);
    }
    signal.throwIfAborted();
  }
}
