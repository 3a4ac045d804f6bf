// The inputs of a model in batches, checked.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** One tensor for a model of one input, or one for each input, in order; the first axis counts the samples. */
type Batch = Tensor | readonly Tensor[];

/** What of a dataset of `tf.data` is used: it makes its batches when they are asked for. */
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
  /** The part of all samples that came before, 0 where their number is not known. */
  readonly done: number;
}

/** Refuses anything but a layers model. */
export function assertModel(model: unknown): asserts model is LayersModel {
  const { inputs, layers, predictOnBatch } = (model ?? {}) as Partial<LayersModel>;
  if (Array.isArray(inputs) && Array.isArray(layers) && typeof predictOnBatch === 'function') return;
  throw new GCompressError('invalid-option', {
    where: 'calibrate model',
    expected: 'a layers model of TensorFlow.js',
    actual: describeValue(model),
    hint: 'Graph models cannot be calibrated yet.',
  });
}

/**
 * The batches of the inputs. Slices of large tensors are disposed after their turn; what the caller gave stays.
 *
 * @throws GCompressError as `calibrate` says.
 */
export async function* inputBatches(
  model: LayersModel,
  inputs: ModelInputs,
  batchSize: number,
): AsyncGenerator<InputBatch> {
  const whole = wholeInputs(model, inputs);
  if (!whole) {
    const dataset = isDataset(inputs);
    let any = false;
    for await (const given of dataset ? batchesOf(inputs) : (inputs as AsyncIterable<unknown>)) {
      const tensors = asBatch(given);
      if (!tensors) throw wrongInputs(describeValue(given));
      any = true;
      try {
        yield { tensors, size: await checkedSize(model, tensors), done: 0 };
      } finally {
        // Nobody else holds what a dataset makes
        if (dataset) for (const tensor of tensors) tensor.dispose();
      }
    }
    if (!any) throw wrongInputs('none');
    return;
  }
  const samples = await checkedSize(model, whole);
  for (let from = 0; from < samples; from += batchSize) {
    const size = Math.min(batchSize, samples - from);
    const tensors = tidy(() =>
      whole.map((tensor) =>
        slice(tensor, [from, ...tensor.shape.slice(1).map(() => 0)], [size, ...tensor.shape.slice(1)]),
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
function wholeInputs(model: LayersModel, inputs: unknown): readonly Tensor[] | undefined {
  const batch = asBatch(inputs);
  if (batch && (isTensor(inputs) || batch.length === model.inputs.length || model.inputs.length > 1)) return batch;
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

/** The number of samples, once each tensor has the shape of its input and finite values. */
async function checkedSize(model: LayersModel, tensors: readonly Tensor[]): Promise<number> {
  if (tensors.length !== model.inputs.length) throw wrongInputs(`${tensors.length} for ${model.inputs.length} inputs`);
  const [first] = tensors;
  for (const [index, { name, shape, dtype }] of model.inputs.entries()) {
    const tensor = tensors[index];
    if (tensor.dtype === 'string' || tensor.dtype === 'complex64') {
      throw new GCompressError('invalid-option', {
        where: `calibrate input '${name}'`,
        expected: dtype,
        actual: tensor.dtype,
        hint: 'Prepare inputs as the model was trained with them.',
      });
    }
    const fits =
      tensor.shape.length === shape.length &&
      tensor.shape.every((side, axis) =>
        axis === 0 ? side === first.shape[0] && side > 0 : [null, side].includes(shape[axis]),
      );
    if (!fits) {
      throw new GCompressError('shape-mismatch', {
        where: `calibrate input '${name}'`,
        expected: `[${['samples', ...shape.slice(1).map((side) => side ?? 'any')].join(', ')}]`,
        actual: `[${tensor.shape.join(', ')}]`,
        hint: 'Prepare inputs as the model was trained with them.',
      });
    }
    const values = await tensor.data();
    let at = 0;
    while (at < values.length && Number.isFinite(Number(values[at]))) at++;
    if (at < values.length) {
      throw new GCompressError('non-finite', {
        where: `calibrate input '${name}'`,
        expected: 'finite numbers',
        actual: `${values[at]} at position ${at}`,
      });
    }
  }
  return first.shape[0];
}

function wrongInputs(actual: string): GCompressError {
  return new GCompressError('invalid-option', {
    where: 'calibrate inputs',
    expected: 'a tensor with a batch axis for each input of the model, or an iterable of such batches',
    actual,
  });
}
