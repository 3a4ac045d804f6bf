// The training in a loop of its own.
import { createRandom, type Random } from '@gcompress/core';
import type { Pictures } from '@gcompress/example-datasets';
import * as tf from '@tensorflow/tfjs';
import { CLASSES } from './forward.ts';
import { CROP, distortedInputs } from './inputs.ts';
import { learningRate } from './learning-rate.ts';
import { MovingAverages } from './moving-averages.ts';
import { largestAlpha, type Network, trainableVariables } from './network.ts';

/** What the steps of a training depend on; the same settings and pictures give the same weights. */
export interface TrainingSettings {
  /** Pictures a step. */
  readonly batchSize: number;
  /** An integer from 0 to 65,535: order and distortion of the pictures. */
  readonly seed: number;
}

/** What a step did. */
export interface StepReport {
  /** The number of the step, from 0. */
  readonly step: number;
  readonly loss: number;
  /** Weight of the uncompressed matrices after the step; 1 when none is compressed. */
  readonly alpha: number;
}

/** A step while its tensors live, after variables were changed. */
export interface StepView extends Omit<StepReport, 'alpha'> {
  readonly learningRate: number;
  /** Pictures of the step, `[batch, 24, 24, 3]`. */
  readonly inputs: tf.Tensor4D;
  /** By the names that TensorFlow.js gave the variables; of those that have a part in the loss. */
  readonly gradients: tf.NamedTensorMap;
}

/**
 * A training in a loop of its own. Nothing in it but the variables and the number of the next step changes, so that these resume it
 * bit for bit: what is random is drawn anew for each step from the seed and the step's number.
 */
export class Training {
  readonly averages: MovingAverages;
  readonly #optimizer = tf.train.sgd(0.1);
  /** The variables that the optimizer changes, by name. */
  readonly trainable: ReadonlyMap<string, tf.Variable>;
  #order: { readonly epoch: number; readonly indices: Int32Array } | undefined;

  constructor(
    readonly network: Network,
    readonly pictures: Pictures,
    readonly settings: TrainingSettings,
    /** The number of the next step. */
    public step = 0,
    /** The learning rate of a step, by its number. Default: as in the reference. */
    readonly rateOf: (step: number) => number = (at) => learningRate(at, pictures.count, settings.batchSize),
  ) {
    this.trainable = trainableVariables(network);
    this.averages = new MovingAverages(this.trainable);
  }

  /**
   * Trains one step: gradients, the update that the schedule of the compression asks for, moving averages.
   *
   * @param observe is shown the step before its tensors are freed.
   */
  async runStep(observe?: (view: StepView) => Promise<void>): Promise<StepReport> {
    const { network, step } = this;
    const rate = this.rateOf(step);
    this.#optimizer.setLearningRate(rate);
    const [inputs, labels] = this.#batch(step);
    const trainable = [...this.trainable.values()];
    const { value, grads } = this.#optimizer.computeGradients(() => network.loss(inputs, labels), trainable);
    this.#optimizer.applyGradients(grads);
    const [loss] = await value.data();
    for (const [name, op] of network.operators) {
      const compressed = (await op.runUpdateStep(step)) === 'compressed';
      // Before, the factors were zeros, and with them in the averages they would be too small for thousands of steps
      if (compressed) this.averages.restart(Object.keys(op.variables.factors).map((key) => `${name}/${key}`));
    }
    this.averages.update(step);
    await observe?.({ step, loss, learningRate: rate, inputs, gradients: grads });
    tf.dispose([inputs, labels, value, ...Object.values(grads)]);
    this.step = step + 1;
    return { step, loss, alpha: largestAlpha(network) };
  }

  dispose(): void {
    this.averages.dispose();
    this.#optimizer.dispose();
  }

  #batch(step: number): [inputs: tf.Tensor4D, labels: tf.Tensor2D] {
    const { batchSize, seed } = this.settings;
    const stepsPerEpoch = Math.floor(this.pictures.count / batchSize);
    const begin = (step % stepsPerEpoch) * batchSize;
    const indices = this.#epoch(Math.floor(step / stepsPerEpoch)).subarray(begin, begin + batchSize);
    const inputs = distortedInputs(this.pictures, indices, seededRandom(seed, step));
    const oneHot = new Float32Array(batchSize * CLASSES);
    for (let i = 0; i < batchSize; i++) oneHot[i * CLASSES + this.pictures.labels[indices[i]]] = 1;
    return [tf.tensor4d(inputs, [batchSize, CROP, CROP, 3]), tf.tensor2d(oneHot, [batchSize, CLASSES])];
  }

  /** The order of the pictures in an epoch. */
  #epoch(epoch: number): Int32Array {
    if (this.#order?.epoch !== epoch) {
      const inOrder = Int32Array.from({ length: this.pictures.count }, (_, i) => i);
      this.#order = { epoch, indices: seededRandom(this.settings.seed, -1 - epoch).shuffle(inOrder) };
    }
    return this.#order.indices;
  }
}

/** Random numbers of their own for each seed and index. */
function seededRandom(seed: number, index: number): Random {
  return createRandom((Math.imul(seed + 1, 0x9e3779b1) + index) >>> 0);
}
