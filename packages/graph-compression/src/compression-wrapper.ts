// Picks a method by hyperparameters, among the given methods.
import { ApplyCompression, type ApplyCompressionOptions } from './apply-compression.ts';
import { assertMethods, compressorFromHParams, optionOf, type PortedMethod } from './compressor-from-hparams.ts';
import type { CompressionHParams } from './hparams/hparams.ts';
import type { MethodOptions } from './method-options.ts';
import { scheduleFromHParams } from './schedule-from-hparams.ts';

/**
 * Picks a method by hyperparameters, among the given methods.
 *
 * Porting note: `compression_wrapper.get_apply_compression`. If the method is not among the given methods, this is an error; Python
 * silently uses low rank.
 */
export class CompressionWrapper {
  /**
   * @param methods the methods to choose from, including third parties' methods.
   * @param methodOptions functions from hyperparameters to options, for methods that the Python library does not have.
   * @throws GCompressError `invalid-option` when `methods` is not a list of methods.
   */
  constructor(
    private readonly methods: readonly PortedMethod[],
    private readonly methodOptions: MethodOptions = {},
  ) {
    assertMethods('CompressionWrapper', methods);
  }

  /**
   * Compression of many matrices by these hyperparameters; `undefined` for the option `'none'`.
   *
   * @throws GCompressError as {@link compressionOptions} does.
   */
  getApplyCompression(hparams: CompressionHParams): ApplyCompression | undefined {
    const options = this.compressionOptions(hparams);
    return options && new ApplyCompression(options);
  }

  /**
   * The compressor and schedule that these hyperparameters describe, e.g. for one matrix with other hyperparameters:
   * `apply.applyCompression(matrix, wrapper.compressionOptions(hparams))`; `undefined` for the option `'none'`.
   *
   * @throws GCompressError as {@link compressorFromHParams} does.
   */
  compressionOptions(hparams: CompressionHParams): ApplyCompressionOptions | undefined {
    if (optionOf(hparams) === 'none') return undefined;
    return {
      compressor: compressorFromHParams(hparams, this.methods, this.methodOptions),
      schedule: scheduleFromHParams(hparams),
    };
  }
}
