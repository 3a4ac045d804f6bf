import { createHash } from 'node:crypto';
import { createRandom } from '@gcompress/core';
import type { Pictures } from '@gcompress/example-datasets';
import { parseHParams } from '@gcompress/graph-compression';
import type * as tf from '@tensorflow/tfjs';
import { compressionFor } from '../src/methods.ts';
import { createNetwork } from '../src/network.ts';
import { Training } from '../src/training.ts';

/** Compresses at step 1, and has alpha 0 from step 2 on. */
export const HPARAMS = 'begin_compression_step=1,compression_frequency=1,alpha_decrement_value=0.5,rank=800';

/** Pictures of seeded noise. */
export function noise(count: number): Pictures {
  const random = createRandom(9);
  return {
    count,
    pixels: Uint8Array.from({ length: count * 32 * 32 * 3 }, () => random.integer(256)),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
  };
}

/** A training of noise in batches of 2; dispose it with {@link disposeOf}. */
export function smallTraining(hparams = HPARAMS): Training {
  const compression = compressionFor(hparams ? parseHParams(hparams) : undefined);
  return new Training(createNetwork(1, compression), noise(6), { batchSize: 2, seed: 3 });
}

export async function runSteps(training: Training, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await training.runStep();
}

export function disposeOf(training: Training): void {
  training.dispose();
  training.network.dispose();
}

/** A checksum of each variable's values by name: comparing millions of values one by one takes minutes. */
export function checksumsOf(variables: ReadonlyMap<string, tf.Variable>): Record<string, string> {
  const checksum = (values: tf.TypedArray) => createHash('sha256').update(values).digest('hex');
  return Object.fromEntries([...variables].map(([name, variable]) => [name, checksum(variable.dataSync())]));
}
