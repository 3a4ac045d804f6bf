// Gains of output channels: how much an error in a channel of a matrix changes the outputs of the model.
import { createRandom, GCompressError, reportProgress } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertSeed, assertType, describeValue } from '@gcompress/core/checks';
import { matrixOfWeight } from '@gcompress/weights';
import { add, dispose, engine, mul, scalar, slice, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { type DifferentiableModel, differentiable, type GainModel, type ModelMatrix } from './differentiable-model.ts';
import { gainPlaces } from './gain-places.ts';

/** Options of {@link channelGains}. */
export interface ChannelGainsOptions {
  /**
   * Where errors count: `'outputs'` of the model; `'logits'`, the outputs before a final softmax, or before a sigmoid of an output
   * `[n, classes]`, which hide most errors where they are sure of a class (outputs that end otherwise count as they are); names of layers, or of
   * nodes of a graph; or a list of these. Default `'outputs'`.
   */
  readonly at?: string | readonly string[];
  /** Samples in a batch; each batch is one random probe of the outputs. Default 1. */
  readonly batchSize?: number;
  /**
   * Prior for channels that the inputs do not activate, from 0 to 1: this fraction of the mean effect of a channel, for an error proportional
   * to its weights, is added to every channel. Few or synthetic inputs do not activate all channels that real inputs use. Default 0.1.
   */
  readonly prior?: number;
  /** Seed of the probes, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Stops the work between two batches; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called with the fraction of the work that is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** Fraction of the work in a pass without gradients. */
const FORWARD = 0.25;
/** Channels with a mean square below this fraction of the mean count as zeros. */
const SILENT = 1e-12;

/**
 * The gain of each output channel of a model's matrices: the growth of the relative squared error of the outputs for each unit of squared
 * error in a weight of the channel. Relative squared errors of several outputs are added. With `at`, errors count at other places than the
 * outputs. If the weights have independent errors of mean square
 * e and gains g, the relative error of the outputs is about √(Σ g·e).
 *
 * It is the mean, over the rows of a column, of the diagonal of the Gauss-Newton matrix, estimated by gradients of sums of the outputs
 * with random signs. The backend needs the gradients of all operations of the model; for wasm `registerTrainingKernels` of
 * `@gcompress/tfjs/backends` adds those of convolutions. `@tensorflow/tfjs-layers` or `@tensorflow/tfjs` must be imported, because they
 * register the gradients.
 *
 * @param inputs a tensor with a batch axis for each input of the model, such as `syntheticInputs` gives; the caller keeps them.
 * @returns the gains `[n]` of the columns of each matrix, by the name of its weight; at least 0. Matrices without influence on any output are
 *   left out.
 * @throws GCompressError `invalid-option` for anything but a model, its inputs and its places, `unsupported` when the model cannot be differentiated,
 *   `non-finite` when outputs or gradients are; the signal's reason when aborted.
 */
export async function channelGains(
  model: GainModel,
  inputs: Tensor | readonly Tensor[],
  options: ChannelGainsOptions = {},
): Promise<ReadonlyMap<string, Float64Array>> {
  const { places, batchSize, prior, seed, signal, onProgress } = checkedOptions(options);
  const own = await differentiable(model, places);
  const whole = checkedInputs(inputs);
  const samples = whole[0].shape[0];
  const random = createRandom(seed);
  const squares: number[] = [];
  const gains = new Map<string, Float64Array>();
  for (const pass of ['outputs', 'gradients'] as const) {
    for (let from = 0; from < samples; from += batchSize) {
      const done = from / samples;
      reportProgress({ signal, onProgress }, pass === 'outputs' ? FORWARD * done : FORWARD + (1 - FORWARD) * done);
      const size = Math.min(batchSize, samples - from);
      const batch = tidy(() => whole.map((input) => slicedAt(input, from, size)));
      try {
        if (pass === 'outputs') await addOutputs(own, batch, squares);
        else await addGradients(own, probe(own, batch, { squares, sign: () => (random.uint32() & 1 ? 1 : -1) }), gains);
      } finally {
        dispose(batch);
      }
    }
  }
  reportProgress({ signal, onProgress }, 1);
  const seen = own.matrices.filter(({ name }) => gains.get(name)?.some((gain) => gain > 0));
  for (const matrix of seen) await addPrior(matrix, gains, prior);
  return new Map([...gains].filter(([name]) => seen.some((matrix) => matrix.name === name)));
}

function slicedAt(input: Tensor, from: number, size: number): Tensor {
  const [, ...rest] = input.shape;
  return slice(input, [from, ...rest.map(() => 0)], [size, ...rest]);
}

/** Adds the sum of squares of each output. */
async function addOutputs({ answer }: DifferentiableModel, batch: readonly Tensor[], squares: number[]): Promise<void> {
  const sums = orUnsupported(() => tidy(() => answer(batch).map((output) => sum(mul(output, output)))));
  try {
    for (const [index, own] of sums.entries()) {
      const [square] = await own.data();
      if (!Number.isFinite(square)) throw notFinite(`output ${index}`, square);
      squares[index] = (squares[index] ?? 0) + square;
    }
  } finally {
    dispose(sums);
  }
}

/** Gradients by the matrices of the sum of all output values with random signs, each divided by the norm of its output. */
function probe(
  { matrices, answer }: DifferentiableModel,
  batch: readonly Tensor[],
  { squares, sign }: { readonly squares: readonly number[]; readonly sign: () => number },
): readonly (Tensor | undefined)[] {
  const signed = () => {
    let total: Tensor = scalar(0);
    for (const [index, output] of answer(batch).entries()) {
      if (squares[index] === 0) continue;
      const weight = 1 / Math.sqrt(squares[index]);
      const weights = tensor(
        Float32Array.from({ length: output.size }, () => weight * sign()),
        output.shape,
      );
      total = add(total, sum(mul(output, weights)));
    }
    return total;
  };
  const values = matrices.map(({ value }) => value);
  const { value, grads } = orUnsupported(() => engine().gradients(signed, values, undefined, true));
  value.dispose();
  return grads;
}

/** Adds, for each column, the mean of the squared gradients. */
async function addGradients(
  { matrices }: DifferentiableModel,
  gradients: readonly (Tensor | undefined)[],
  gains: Map<string, Float64Array>,
): Promise<void> {
  try {
    for (const [index, gradient] of gradients.entries()) {
      if (gradient) addColumns(matrices[index], (await gradient.data()) as Float32Array, gains);
    }
  } finally {
    dispose(gradients.filter((gradient) => gradient !== undefined));
  }
}

function addColumns({ name, use, value }: ModelMatrix, gradient: Float32Array, gains: Map<string, Float64Array>): void {
  const whole = matrixOfWeight(Float32Array.from(gradient), value.shape, use.swapped);
  if (!whole) return;
  const [rows, columns] = whole.shape;
  const own = gains.get(name) ?? new Float64Array(columns);
  for (let at = 0; at < whole.data.length; at++) own[at % columns] += whole.data[at] ** 2 / rows;
  const wrong = own.find((gain) => !Number.isFinite(gain));
  if (wrong !== undefined) throw notFinite(`gradients of '${name}'`, wrong);
  gains.set(name, own);
}

/** Adds `prior · mean(gain · mean square) / (mean square of the channel)` to each channel, except channels of near zeros. */
async function addPrior(
  { name, use, value }: ModelMatrix,
  all: ReadonlyMap<string, Float64Array>,
  prior: number,
): Promise<void> {
  const gains = all.get(name);
  const whole = matrixOfWeight(Float32Array.from(await value.data()), value.shape, use.swapped);
  if (!whole || !gains || prior === 0) return;
  const [rows, columns] = whole.shape;
  const squares = new Float64Array(columns);
  for (let at = 0; at < whole.data.length; at++) squares[at % columns] += whole.data[at] ** 2 / rows;
  const mean = gains.reduce((sum, gain, channel) => sum + gain * squares[channel], 0) / columns;
  const least = (SILENT * squares.reduce((sum, square) => sum + square, 0)) / columns;
  for (const [channel, square] of squares.entries()) if (square > least) gains[channel] += (prior * mean) / square;
}

function orUnsupported<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw new GCompressError('unsupported', {
      where: 'channelGains',
      expected: 'a model that answers these inputs, and a gradient of every operation',
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: 'For the wasm backend, call registerTrainingKernels of @gcompress/tfjs/backends first.',
      cause,
    });
  }
}

function notFinite(what: string, actual: number): GCompressError {
  return new GCompressError('non-finite', {
    where: `channelGains ${what}`,
    expected: 'finite values',
    actual: `${actual}`,
    hint: 'Give inputs in the range that the model was trained with.',
  });
}

function checkedInputs(inputs: unknown): readonly Tensor[] {
  const whole: readonly unknown[] = Array.isArray(inputs) ? inputs : [inputs];
  const isTensor = (value: unknown): value is Tensor => {
    const { shape, dtype, dataId } = (value ?? {}) as Partial<Tensor>;
    return Array.isArray(shape) && shape.length > 0 && typeof dtype === 'string' && dataId !== undefined;
  };
  const same = whole.every((value) => isTensor(value) && value.shape[0] === (whole[0] as Tensor).shape[0]);
  if (whole.length > 0 && same && (whole[0] as Tensor).shape[0] > 0) return whole as readonly Tensor[];
  throw new GCompressError('invalid-option', {
    where: 'channelGains inputs',
    expected: 'a tensor with a batch axis for each input of the model, all of as many samples',
    actual: describeValue(inputs),
  });
}

function checkedOptions(options: ChannelGainsOptions) {
  assertKnownOptions('channelGains', options, ['at', 'batchSize', 'prior', 'seed', 'signal', 'onProgress']);
  const { at = 'outputs', batchSize = 1, prior = 0.1, seed = 0, signal, onProgress } = options;
  const places = gainPlaces(at);
  assertNumber('channelGains', 'batchSize', batchSize, { min: 1, integer: true });
  assertNumber('channelGains', 'prior', prior, { min: 0, max: 1 });
  assertSeed(seed, 'channelGains');
  if (signal !== undefined) {
    assertType('channelGains', 'signal', signal, 'object', 'Pass the signal of an AbortController.');
    assertType('channelGains signal', 'throwIfAborted', signal.throwIfAborted, 'function');
  }
  if (onProgress !== undefined) assertType('channelGains', 'onProgress', onProgress, 'function');
  return { places, batchSize, prior, seed, signal, onProgress };
}
