// Options of lowRankGraph, with checks and defaults.
import { GCompressError, type InputMoments, type MatrixCompressor } from '@gcompress/core';
import {
  assertCompressor,
  assertKnownOptions,
  assertNumber,
  assertOneOf,
  assertType,
  describeValue,
} from '@gcompress/core/checks';
import type { PackableWeight } from '@gcompress/packed';
import { MIN_ELEMENTS } from '@gcompress/packed/weights';
import { assertKernelsOption, type KernelsOption } from '@gcompress/wasm-kernels/load';
import { CONVOLUTION_FORMS, type ConvolutionForm } from './convolution-forms.ts';

/** The function that errors name. */
export const WHERE = 'lowRankGraph';

/** A form for convolutions, or the one of the three with the smallest error. */
export type FormChoice = ConvolutionForm | 'best';

/** Options of {@link lowRankGraph}. */
export interface LowRankGraphOptions {
  /**
   * A compressor whose format is a product of two matrices, such as `lowRank({ ratio: 4 })`, or a function that chooses one for each weight, or
   * undefined to leave it. With a ratio or bytes, all forms get the same size.
   */
  readonly method: MatrixCompressor | ((weight: PackableWeight) => MatrixCompressor | undefined);
  /** The form of convolutions with kernels larger than 1×1, see {@link ConvolutionForm}, or a function of the weight. Default `'output-channels'`. */
  readonly form?: FormChoice | ((weight: PackableWeight) => FormChoice);
  /** The fewest values of a weight that is decomposed. Default 256. */
  readonly minElements?: number;
  /**
   * Second moments of the inputs of weights, by name: `moments` of `calibrate` of `@gcompress/calibration`. Products and the form
   * `output-channels` are decomposed for the smallest output error, and `best` compares output errors. Default none.
   */
  readonly inputMoments?: ReadonlyMap<string, InputMoments>;
  /**
   * The hot loops of methods that use kernels; `'portable'` for plain JavaScript. Default: WebAssembly where it loads, otherwise plain JavaScript.
   * The results of the two may differ in the last digits; the result names the kernels.
   */
  readonly kernels?: KernelsOption;
  /** Stops the work; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called with the fraction of the values that is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** The options with their defaults, checked. @throws GCompressError `invalid-option` and `unknown-option`. */
export function completeOptions(options: LowRankGraphOptions) {
  const known = ['method', 'form', 'minElements', 'inputMoments', 'kernels', 'signal', 'onProgress'];
  assertKnownOptions(WHERE, options, known);
  const { method, form = 'output-channels', minElements = MIN_ELEMENTS, inputMoments = new Map() } = options;
  const { kernels, signal, onProgress } = options;
  if (typeof method !== 'function') assertCompressor(WHERE, 'method', method);
  if (typeof form !== 'function') assertForm(form);
  assertNumber(WHERE, 'minElements', minElements, { min: 0 });
  assertKernelsOption(WHERE, kernels);
  if (signal !== undefined) {
    assertType(WHERE, 'signal', signal, 'object', 'Pass the signal of an AbortController.');
    assertType(`${WHERE} signal`, 'throwIfAborted', signal.throwIfAborted, 'function');
  }
  if (onProgress !== undefined) assertType(WHERE, 'onProgress', onProgress, 'function');
  return { method, form, minElements, inputMoments, kernels, signal, onProgress };
}

/** The compressor for a weight, if it gets one. @throws GCompressError `invalid-option` for anything else. */
export function methodOf(
  { method }: Pick<LowRankGraphOptions, 'method'>,
  weight: PackableWeight,
): MatrixCompressor | undefined {
  const chosen = typeof method === 'function' ? method(weight) : method;
  if (chosen === undefined) return undefined;
  assertCompressor(WHERE, `method for '${weight.name}'`, chosen);
  if (chosen.format.product?.length === 2) return chosen;
  throw new GCompressError('invalid-option', {
    where: `${WHERE} method for '${weight.name}'`,
    expected: 'a method whose matrices are products of two factors',
    actual: describeValue(chosen.format.id),
    hint: 'Pass lowRank({ ratio: 4 }) of @gcompress/lowrank.',
  });
}

/** The forms that are tried for a kernel; one of 1×1 has only one. */
export function formsOf(
  form: FormChoice | ((weight: PackableWeight) => FormChoice),
  weight: PackableWeight,
): readonly ConvolutionForm[] {
  const chosen = typeof form === 'function' ? form(weight) : form;
  assertForm(chosen);
  if (weight.shape[0] === 1 && weight.shape[1] === 1) return ['output-channels'];
  return chosen === 'best' ? CONVOLUTION_FORMS : [chosen];
}

function assertForm(form: unknown): void {
  assertOneOf(WHERE, 'form', form, [...CONVOLUTION_FORMS, 'best']);
}
