import {
  assertType,
  type CompressionHParams,
  type CompressionMethod,
  describeValue,
  GCompressError,
} from '@gcompress/core';
import { scheduleFromHParams } from '@gcompress/scheduler';
import { ApplyCompression, type ApplyCompressionOptions } from './apply-compression.ts';

/** Which package has the method of an option. */
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
 * Picks a method by hyperparameters, among those that were handed over.
 *
 * Porting note: `compression_wrapper.get_apply_compression`. An option whose package was not handed over is an error, where
 * Python silently becomes low rank.
 */
export class CompressionWrapper {
  /** @throws GCompressError `invalid-option` for another thing than a list of methods. */
  constructor(private readonly methods: readonly Pick<CompressionMethod, 'method' | 'code' | 'fromHParams'>[]) {
    if (Array.isArray(methods) && methods.every(isMethod)) return;
    const other: unknown = Array.isArray(methods) ? methods.find((method) => !isMethod(method)) : methods;
    throw new GCompressError('invalid-option', {
      where: 'CompressionWrapper methods',
      expected: 'a list of methods, such as [lowRank, kMeans]',
      actual: Array.isArray(methods) ? `a list with ${describeValue(other)}` : describeValue(other),
      ...(isObject(other) &&
        'compress' in other && { hint: 'Pass the method itself, not what it returns: [lowRank].' }),
    });
  }

  /**
   * Compression over many matrices as these hyperparameters say; `undefined` for the option `'none'`.
   *
   * @throws GCompressError as {@link compressionOptions} does.
   */
  getApplyCompression(hparams: CompressionHParams): ApplyCompression | undefined {
    const options = this.compressionOptions(hparams);
    return options && new ApplyCompression(options);
  }

  /**
   * The compressor and schedule that these hyperparameters mean, such as those of one matrix that differs from the others:
   * `apply.applyCompression(matrix, wrapper.compressionOptions(hparams))`; `undefined` for the option `'none'`.
   *
   * @throws GCompressError `unsupported`, naming the package, when the option's method was not handed over; `invalid-option` for
   * hyperparameters that `parseHParams` did not make.
   */
  compressionOptions(hparams: CompressionHParams): ApplyCompressionOptions | undefined {
    const hint =
      typeof hparams === 'string'
        ? "Parse it first: parseHParams('…') of @gcompress/core."
        : 'Use parseHParams of @gcompress/core.';
    assertType('CompressionWrapper', 'hparams', hparams, 'object', hint);
    const option: unknown = hparams.compressionOption;
    assertType(
      'CompressionWrapper',
      'hparams.compressionOption',
      option,
      'string',
      'Use parseHParams of @gcompress/core.',
    );
    if (option === 'none') return undefined;
    const method = this.methods.find((candidate) => candidate.method === option);
    if (!method) {
      throw new GCompressError('unsupported', {
        where: 'CompressionWrapper',
        expected: `one of the methods handed over: ${this.methods.map((known) => known.method).join(', ') || 'none'}`,
        actual: `'${option}'`,
        hint: Object.hasOwn(PACKAGES, option)
          ? `Install ${PACKAGES[option]} and pass its method to the wrapper.`
          : `Pass the method of the package that defines '${option}'.`,
      });
    }
    return { compressor: method.fromHParams(hparams), schedule: scheduleFromHParams(hparams) };
  }
}

function isMethod(value: unknown): boolean {
  if (typeof value !== 'function' && !isObject(value)) return false;
  const { method, fromHParams } = value as Readonly<Record<string, unknown>>;
  return typeof method === 'string' && typeof fromHParams === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
