// Options of passes over inputs, with checks and defaults.
import { assertKnownOptions, assertNumber, assertSeed, assertType } from '@gcompress/core/checks';

/** Options of `calibrate`. */
export interface CalibrateOptions {
  /** Samples in a batch if `inputs` are tensors. Default 8, or the batch size that the model fixes. */
  readonly batchSize?: number;
  /** Most positions of a convolution, or rows of a Dense layer, sampled from a batch. Default 2048. */
  readonly rowsPerBatch?: number;
  /** Bytes that all moments may take; each takes 8·m² for m inputs. Default 1 GiB. */
  readonly maxBytes?: number;
  /**
   * Graph models only: most bytes of node outputs held at a time. Further outputs are computed in further runs over the batch, at least one
   * output each. Their sizes are known after the first batch, which computes eight outputs at a time. Default 256 MiB.
   */
  readonly maxOutputBytes?: number;
  /** Seed of the sampled positions, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Stops the work between two batches; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called with the fraction of the batches that is done, from 0 to 1; with 0 until the end if their number is unknown. */
  readonly onProgress?: (done: number) => void;
}

/**
 * The options with their defaults, checked.
 *
 * @param where the function that errors name.
 * @throws GCompressError `invalid-option` and `unknown-option`.
 */
export function completeOptions(where: string, options: CalibrateOptions) {
  const known = ['batchSize', 'rowsPerBatch', 'maxBytes', 'maxOutputBytes', 'seed', 'signal', 'onProgress'];
  assertKnownOptions(where, options, known);
  const { batchSize = 8, rowsPerBatch = 2048, maxBytes = 2 ** 30, seed = 0, signal, onProgress } = options;
  const { maxOutputBytes = 2 ** 28 } = options;
  assertNumber(where, 'batchSize', batchSize, { min: 1, integer: true });
  assertNumber(where, 'rowsPerBatch', rowsPerBatch, { min: 1, integer: true });
  assertNumber(where, 'maxBytes', maxBytes, { min: 0 });
  assertNumber(where, 'maxOutputBytes', maxOutputBytes, { min: 0 });
  assertSeed(seed, where);
  if (signal !== undefined) {
    assertType(where, 'signal', signal, 'object', 'Pass the signal of an AbortController.');
    assertType(`${where} signal`, 'throwIfAborted', signal.throwIfAborted, 'function');
  }
  if (onProgress !== undefined) assertType(where, 'onProgress', onProgress, 'function');
  return { batchSize, rowsPerBatch, maxBytes, maxOutputBytes, seed, signal, onProgress };
}
