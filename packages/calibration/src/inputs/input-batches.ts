// Splits the inputs of a model into checked batches.
import { describeValue } from '@gcompress/core/checks';
import { clone, slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { ModelInput } from '../observed/observed.ts';
import { checkedSamples, fixedBatch, wrongInputs } from './input-checks.ts';

/** One tensor for a model of one input, or one for each input, in order; the first axis counts the samples. */
type Batch = Tensor | readonly Tensor[];

/** The member of a `tf.data` dataset that is used here; it produces batches on demand. */
export interface BatchDataset {
  iterator(): Promise<{ next(): Promise<{ readonly value: unknown; readonly done?: boolean }> }>;
}

/** Inputs of a model: tensors with a batch axis, an iterable of batches of them, or a dataset of batches. */
export type ModelInputs = Batch | Iterable<Batch> | AsyncIterable<Batch> | BatchDataset;

/** A batch that fits the model. */
export interface InputBatch {
  readonly tensors: readonly Tensor[];
  /** Samples of the batch. */
  readonly size: number;
  /** Fraction of all samples that came before, or 0 if their number is unknown. */
  readonly done: number;
}

/**
 * The batches of the inputs, with as many samples as the model fixes, or `batchSize`. Slices of large tensors are disposed after use; the
 * caller's tensors are not.
 *
 * @throws GCompressError as `calibrate` says.
 */
export async function* inputBatches(
  expected: readonly ModelInput[],
  inputs: ModelInputs,
  batchSize: number,
): AsyncGenerator<InputBatch> {
  const whole = wholeInputs(expected, inputs);
  if (!whole) {
    const dataset = isDataset(inputs);
    let any = false;
    for await (const given of dataset ? batchesOf(inputs) : (inputs as AsyncIterable<unknown>)) {
      const tensors = asBatch(given);
      if (!tensors) throw wrongInputs(describeValue(given));
      any = true;
      try {
        yield { tensors, size: await checkedSamples(expected, tensors, false), done: 0 };
      } finally {
        // Nothing else refers to the batches of a dataset
        if (dataset) for (const tensor of tensors) tensor.dispose();
      }
    }
    if (!any) throw wrongInputs('none');
    return;
  }
  const samples = await checkedSamples(expected, whole, true);
  const step = fixedBatch(expected) ?? batchSize;
  for (let from = 0; from < samples; from += step) {
    const size = Math.min(step, samples - from);
    const tensors = tidy(() =>
      whole.map((tensor) =>
        tensor.shape.length === 0
          ? clone(tensor)
          : slice(tensor, [from, ...tensor.shape.slice(1).map(() => 0)], [size, ...tensor.shape.slice(1)]),
      ),
    );
    try {
      yield { tensors, size, done: from / samples };
    } finally {
      for (const tensor of tensors) tensor.dispose();
    }
  }
}

/** One batch of all samples; undefined for several batches. An array of tensors is one batch if the model has as many inputs. */
function wholeInputs(expected: readonly ModelInput[], inputs: unknown): readonly Tensor[] | undefined {
  const batch = asBatch(inputs);
  if (batch && (isTensor(inputs) || batch.length === expected.length || expected.length > 1)) return batch;
  if (isIterable(inputs) || isDataset(inputs)) return undefined;
  throw wrongInputs(describeValue(inputs));
}

function isDataset(inputs: unknown): inputs is BatchDataset {
  return typeof (inputs as Partial<BatchDataset> | null)?.iterator === 'function';
}

async function* batchesOf(dataset: BatchDataset): AsyncGenerator<unknown> {
  const iterator = await dataset.iterator();
  for (let step = await iterator.next(); !step.done; step = await iterator.next()) yield step.value;
}

function asBatch(given: unknown): readonly Tensor[] | undefined {
  if (isTensor(given)) return [given];
  return Array.isArray(given) && given.length > 0 && given.every(isTensor) ? given : undefined;
}

function isTensor(value: unknown): value is Tensor {
  const { shape, dtype, data } = (value ?? {}) as Partial<Tensor>;
  return Array.isArray(shape) && typeof dtype === 'string' && typeof data === 'function';
}

function isIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}
