import { startBackend } from '@gcompress/example-program';
import type { HistogramSummary, Summary } from '@gcompress/tfjs/summaries';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { LAYER_NAMES } from '../src/forward.ts';
import type { StepView, Training } from '../src/training.ts';
import { TrainingSummaries } from '../src/training-summaries.ts';
import { disposeOf, smallTraining } from './helpers.ts';

beforeAll(async () => {
  await startBackend('wasm');
});

/** What is written after two steps, the first of them at step 0; and the steps. */
async function summariesOf(training: Training): Promise<[Map<string, Summary | HistogramSummary>, StepView[]]> {
  const written: (Summary | HistogramSummary)[] = [];
  const writer = {
    write: async (summaries: typeof written | readonly (Summary | HistogramSummary)[]) =>
      void written.push(...summaries),
  };
  const summaries = new TrainingSummaries(training, writer, 'cifar10_compression');
  const views: StepView[] = [];
  for (const step of [99, 100]) {
    training.step = step;
    await training.runStep(async (view) => {
      views.push(view);
      await summaries.take(view);
    });
  }
  return [new Map(written.map((summary) => [summary.tag, summary])), views];
}

it('are those of the Python program: loss, rate, variables, gradients, activations and compression', async () => {
  const before = tf.memory().numTensors;
  const training = smallTraining('begin_compression_step=1000,end_compression_step=2000,rank=800');
  const [summaries, [first, second]] = await summariesOf(training);
  expect([...summaries.values()].every(({ step }) => step === 100)).toBe(true);
  expect(summaries.get('total_loss (raw)')).toMatchObject({ value: second.loss });
  const { value: average } = summaries.get('total_loss') as Summary;
  expect(average).toBeCloseTo(0.9 * first.loss + 0.1 * second.loss, 9);
  expect(summaries.get('learning_rate')).toMatchObject({ value: second.learningRate });
  for (const [name, { size }] of training.trainable) {
    expect(summaries.get(name)).toMatchObject({ histogram: { count: size } });
  }
  expect(summaries.get('conv1/weights/gradients')).toMatchObject({ histogram: { count: 5 * 5 * 3 * 64 } });
  for (const layer of LAYER_NAMES) {
    const { histogram } = summaries.get(`${layer}/activations`) as HistogramSummary;
    const { value } = summaries.get(`${layer}/sparsity`) as Summary;
    // The bucket from 0 to 1e-12
    const zeros = histogram.counts[histogram.limits.indexOf(0) + 1] ?? 0;
    expect(value * histogram.count).toBeCloseTo(layer === 'softmax_linear' ? 0 : zeros, 6);
  }
  expect(summaries.has('cifar10_compression_summaries/local3/alpha')).toBe(true);
  expect(summaries.has('cifar10_compression_summaries/local4/a_matrix_norm')).toBe(true);
  disposeOf(training);
  expect(tf.memory().numTensors).toBe(before);
});
