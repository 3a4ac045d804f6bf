// The learning rate at a step.

const INITIAL = 0.1;
const FACTOR = 0.1;
const EPOCHS_PER_DECAY = 350;

/**
 * The learning rate at a step, counted from 0: a tenth after every 350 epochs.
 *
 * @param pictures in an epoch.
 *
 * Porting note: `tf.train.exponential_decay(0.1, step, decay_steps, 0.1, staircase=True)`.
 */
export function learningRate(step: number, pictures: number, batchSize: number): number {
  const decaySteps = Math.floor((pictures / batchSize) * EPOCHS_PER_DECAY);
  return INITIAL * FACTOR ** Math.floor(step / decaySteps);
}
