// What TensorBoard shows of a training.
import {
  compressionSummaries,
  type HistogramSummary,
  histogramOf,
  type ImageSummary,
  type Summary,
} from '@gcompress/tfjs/summaries';
import * as tf from '@tensorflow/tfjs';
import { inputPictures } from './input-pictures.ts';
import type { StepView, Training } from './training.ts';

/** Steps from one set of summaries to the next. */
const EVERY = 100;
const LOSS_DECAY = 0.9;

/** Where summaries go. */
interface TrainingSummaryWriter {
  write(summaries: readonly (Summary | HistogramSummary | ImageSummary)[]): Promise<void>;
}

/**
 * What TensorBoard shows of a training: at step 0 and every 100 steps its loss and the moving average of that, which begins anew
 * with each run, the learning rate, the first input pictures, histograms of variables, gradients and activations, the part of activations that is 0, and
 * the state of the compression.
 *
 * Porting note: the summaries of `cifar10_train.py`, under the same names.
 */
export class TrainingSummaries {
  #averageLoss: number | undefined;

  /** @param name of the compression: the scope of its summaries. */
  constructor(
    private readonly training: Training,
    private readonly writer: TrainingSummaryWriter,
    private readonly name?: string,
  ) {}

  /** Takes a step into the average of the loss, and writes when summaries are due. A step that diverged is left out. */
  async take(view: StepView): Promise<void> {
    const { step, loss } = view;
    if (!Number.isFinite(loss)) return;
    this.#averageLoss = LOSS_DECAY * (this.#averageLoss ?? loss) + (1 - LOSS_DECAY) * loss;
    if (step % EVERY !== 0) return;
    const numbers = { 'total_loss (raw)': loss, total_loss: this.#averageLoss, learning_rate: view.learningRate };
    await this.writer.write([
      ...Object.entries(numbers).map(([tag, value]) => ({ tag, step, value })),
      ...(await inputPictures(step, view.inputs)),
      ...(await this.#variables(view)),
      ...(await this.#activations(view)),
      ...(await this.#compression(step)),
    ]);
  }

  async #variables({ step, gradients }: StepView): Promise<HistogramSummary[]> {
    const summaries: HistogramSummary[] = [];
    for (const [name, variable] of this.training.trainable) {
      summaries.push(...histogram(name, step, await variable.data()));
      // One that takes no part in the step has no gradient
      const gradient = gradients[variable.name];
      if (gradient) summaries.push(...histogram(`${name}/gradients`, step, await gradient.data()));
    }
    return summaries;
  }

  async #activations({ step, inputs }: StepView): Promise<(Summary | HistogramSummary)[]> {
    const activations = this.training.network.activations(inputs);
    const summaries: (Summary | HistogramSummary)[] = [];
    for (const [layer, tensor] of Object.entries(activations)) {
      const values = await tensor.data();
      const zeros = Array.from(values).filter((value) => value === 0).length;
      summaries.push(...histogram(`${layer}/activations`, step, values));
      summaries.push({ tag: `${layer}/sparsity`, step, value: zeros / values.length });
    }
    tf.dispose(activations);
    return summaries;
  }

  async #compression(step: number): Promise<Summary[]> {
    const summaries: Summary[] = [];
    for (const op of this.training.network.operators.values()) {
      const own = await compressionSummaries(op, this.name === undefined ? {} : { name: this.name });
      summaries.push(...own.map((summary) => ({ ...summary, step })));
    }
    return summaries;
  }
}

/** None of values that are not finite: the training says so itself at its next step. */
function histogram(tag: string, step: number, values: tf.TypedArray): HistogramSummary[] {
  return values.every((value) => Number.isFinite(value)) ? [{ tag, step, histogram: histogramOf(values) }] : [];
}
