// The dense training on Fashion-MNIST that networks of a seed share, and how they go on from it.
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assignTensors, readCheckpoint, saveCheckpoint, stateOf } from '@gcompress/example-cifar10/checkpoint';
import { createNetwork, type Network } from '@gcompress/example-cifar10/network';
import { Training } from '@gcompress/example-cifar10/training';
import type { Pictures } from '@gcompress/example-datasets';

/** Steps of a whole training, and the first ones, which are dense and shared. */
export const STEPS = 1500;
export const SHARED = 1000;
export const BATCH = 32;
export const SEEDS = [1, 2, 3];

/** Finished parts are kept here, so that an interrupted run resumes. */
export const SCRATCH = join(tmpdir(), 'gcompress-fashion-cifar');

/** Where Debian's package dataset-fashion-mnist has the pictures. */
export const FOLDER = '/usr/share/datasets/fashion-mnist';

/** Trains to before the step `end`; `afterStep` does what else is due after a step. */
export async function runTo(
  training: Training,
  end: number,
  afterStep: (step: number) => Promise<unknown> = async () => {},
): Promise<void> {
  while (training.step < end) {
    const { step, loss, alpha } = await training.runStep();
    await afterStep(step);
    if ((step + 1) % 50 === 0) {
      console.error(`${new Date().toISOString()} step ${step + 1}: loss ${loss.toFixed(3)}, alpha ${alpha.toFixed(2)}`);
    }
  }
}

/** A training that goes on from the shared dense steps of its seed; `rateOf` gives its learning rates, by default those of the reference. */
export async function continuedTraining(
  network: Network,
  train: Pictures,
  seed: number,
  rateOf?: (step: number) => number,
): Promise<Training> {
  const start = await readCheckpoint(await sharedStart(train, seed), SHARED);
  const training = new Training(network, train, { batchSize: BATCH, seed }, SHARED, rateOf);
  // Up to here alpha would have been 1, and the factors zeros without a gradient: the same training
  const state = stateOf(training);
  assignTensors(new Map([...state].filter(([key]) => Object.hasOwn(start.tensors, key))), start);
  return training;
}

/** The folder of the checkpoint after the shared steps. */
async function sharedStart(train: Pictures, seed: number): Promise<string> {
  const place = join(SCRATCH, `seed-${seed}`);
  mkdirSync(SCRATCH, { recursive: true });
  if (existsSync(join(place, `model.ckpt-${SHARED}`))) return place;
  const network = createNetwork(seed);
  const training = new Training(network, train, { batchSize: BATCH, seed });
  await runTo(training, SHARED);
  await saveCheckpoint(place, training, '');
  training.dispose();
  network.dispose();
  return place;
}
