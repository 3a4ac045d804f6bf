// Makes the compressor that hyperparameters describe, by one of the given methods.
import { type CompressionMethod, GCompressError, type MatrixCompressor } from '@gcompress/core';
import { assertType, describeValue } from '@gcompress/core/checks';
import type { CompressionHParams } from './hparams/hparams.ts';
import { METHOD_OPTIONS, type MethodOptions } from './method-options.ts';

/** A method as the port needs it. The method itself checks its options. */
export type PortedMethod = Pick<CompressionMethod, 'method'> & ((options: never) => MatrixCompressor);

/** The package of each method. */
const PACKAGES: Readonly<Record<string, string>> = {
  lowrank: '@gcompress/lowrank',
  simhash: '@gcompress/simhash',
  dictlearn: '@gcompress/dictlearn',
  kmeans: '@gcompress/kmeans',
  pruning: '@gcompress/pruning',
  'kmeans-pruning': '@gcompress/pruning',
  'input-output': '@gcompress/blocks',
  'block-diagonal': '@gcompress/blocks',
  'mixed-block': '@gcompress/blocks',
};

/**
 * The compressor that hyperparameters describe.
 *
 * @param hparams the result of `parseHParams`.
 * @param methods the methods to choose from, e.g. `[lowRank, kMeans]`.
 * @param methodOptions functions from hyperparameters to options, for methods that are not in {@link METHOD_OPTIONS}.
 * @throws GCompressError `unsupported`, naming the package, if the method is not in `methods` or neither table has options for it;
 *   `invalid-option` for hyperparameters that `parseHParams` did not make.
 */
export function compressorFromHParams(
  hparams: CompressionHParams,
  methods: readonly PortedMethod[],
  methodOptions: MethodOptions = {},
): MatrixCompressor {
  const option = optionOf(hparams);
  assertMethods('compressorFromHParams', methods);
  assertType('compressorFromHParams', 'methodOptions', methodOptions, 'object');
  const method = methods.find((candidate) => candidate.method === option);
  if (!method) throw notHandedOver(option, methods);
  const table = Object.hasOwn(methodOptions, option) ? methodOptions : METHOD_OPTIONS;
  const optionsOf: unknown = Object.hasOwn(table, option) ? table[option] : undefined;
  if (typeof optionsOf === 'function') return method(optionsOf(hparams) as never);
  throw new GCompressError('unsupported', {
    where: option,
    expected: 'a method with a function from hyperparameters to its options',
    actual: describeValue(option),
    hint: `Pass that function: { '${option}': (hparams) => ({ … }) }.`,
  });
}

/**
 * The name of the method that hyperparameters ask for, or `'none'`.
 *
 * @throws GCompressError `invalid-option` for hyperparameters that `parseHParams` did not make.
 */
export function optionOf(hparams: CompressionHParams): string {
  const hint = typeof hparams === 'string' ? "Parse the text first: parseHParams('…')." : 'Use parseHParams.';
  assertType('CompressionWrapper', 'hparams', hparams, 'object', hint);
  const option: unknown = hparams.compressionOption;
  assertType('CompressionWrapper', 'hparams.compressionOption', option, 'string', 'Use parseHParams.');
  return option;
}

/**
 * Refuses anything but a list of methods.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertMethods(where: string, methods: unknown): asserts methods is readonly PortedMethod[] {
  if (Array.isArray(methods) && methods.every(isMethod)) return;
  const other: unknown = Array.isArray(methods) ? methods.find((method) => !isMethod(method)) : methods;
  throw new GCompressError('invalid-option', {
    where: `${where} methods`,
    expected: 'a list of methods, such as [lowRank, kMeans]',
    actual: Array.isArray(methods) ? `a list with ${describeValue(other)}` : describeValue(other),
    ...(isObject(other) &&
      'compress' in other && { hint: 'Pass the method itself, not the compressor that it returns: [lowRank].' }),
  });
}

function notHandedOver(option: string, methods: readonly PortedMethod[]): GCompressError {
  return new GCompressError('unsupported', {
    where: 'CompressionWrapper',
    expected: `a method among those given (${methods.map((known) => known.method).join(', ') || 'the list is empty'})`,
    actual: `'${option}'`,
    hint: Object.hasOwn(PACKAGES, option)
      ? `Install ${PACKAGES[option]} and pass its method to the wrapper.`
      : `Pass the method of the package that defines '${option}'.`,
  });
}

function isMethod(value: unknown): boolean {
  return typeof value === 'function' && 'method' in value && typeof value.method === 'string';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
