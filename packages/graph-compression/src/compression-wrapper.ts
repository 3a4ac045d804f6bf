// Picks a method by hyperparameters, among those that were handed over.
import { ApplyCompression, type ApplyCompressionOptions } from './apply-compression.ts';
import { assertMethods, compressorFromHParams, optionOf, type PortedMethod } from './compressor-from-hparams.ts';
import type { CompressionHParams } from './hparams/hparams.ts';
import type { MethodOptions } from './method-options.ts';
import { scheduleFromHParams } from './schedule-from-hparams.ts';

/**
 * Picks a method by hyperparameters, among those that were handed over.
 *
 * Porting note: `compression_wrapper.get_apply_compression`. An option whose package was not handed over is an error, where
 * Python silently becomes low rank.
 */
export class CompressionWrapper {
  /**
   * @param methods the methods to choose from, third parties' included.
   * @param methodOptions for methods that the Python library does not know: their options from the hyperparameters.
   * @throws GCompressError `invalid-option` for another thing than a list of methods.
   */
  constructor(
    private readonly methods: readonly PortedMethod[],
    private readonly methodOptions: MethodOptions = {},
  ) {
    assertMethods('CompressionWrapper', methods);
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
   * The compressor and schedule that these hyperparameters describe, for example for one matrix that differs from the others:
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
