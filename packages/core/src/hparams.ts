/** How alpha is driven. Porting note: `UpdateOptions`; `TF_AND_PYTHON_UPDATE` (2) is refused. */
export type UpdateOption = 'callback' | 'manual' | 'none';

/**
 * The hyperparameters of the reference, in camelCase.
 *
 * Porting note: `compression_op.CompressionOp.get_default_hparams()`.
 */
export interface CompressionHParams {
  /** Name for scopes and summaries. Default `'model_compression'`. */
  readonly name: string;
  /** How much alpha falls at each update, in (0, 1]. Default 0.01. */
  readonly alphaDecrementValue: number;
  /** First step at which an update may happen. Default 0. */
  readonly beginCompressionStep: number;
  /** Last step at which an update may happen, inclusive; −1 for no end. Default −1. */
  readonly endCompressionStep: number;
  /** Steps between two updates. Default 10. */
  readonly compressionFrequency: number;
  /** Name of the method, or `'none'`. Default `'lowrank'`. */
  readonly compressionOption: string;
  /** The percent divisor, not a rank: 200 keeps half of the smaller side. Default 100. */
  readonly rank: number;
  /** Who runs the updates. Default `'callback'`. */
  readonly updateOption: UpdateOption;
  /** Accepted when false only. Default false. */
  readonly useTpu: boolean;
}
