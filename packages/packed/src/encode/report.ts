// The report about a packed file: the stored form, bytes and errors of each weight.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { WeightKind } from '@gcompress/weights';

/** How one weight was stored. */
export interface PackedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** How the model uses it; `'other'` for weights that are no kernels. */
  readonly kind: WeightKind;
  /** Id of the format, or the type of the quantized values, or the dtype of a weight that is stored unchanged. */
  readonly storedAs: string;
  /** Bytes in the file; 0 for a copy. */
  readonly bytes: number;
  /** The earlier weight whose stored values this weight shares. Undefined for weights with bytes of their own. */
  readonly copyOf?: string;
  /** Largest absolute difference of a value; 0 if it is stored unchanged. */
  readonly maxError: number;
  /** `‖W − Ŵ‖ / ‖W‖` in the Frobenius norm; 0 for a weight of zeros. */
  readonly relativeError: number;
  /** The reason why a kernel was not compressed, and notes of the method. */
  readonly notes: readonly string[];
}

/** The report of {@link pack}. */
export interface PackReport {
  /** Bytes of the whole file. */
  readonly bytes: number;
  /** Bytes of the file before the weights: topology, names, checksums. */
  readonly headerBytes: number;
  /** Bytes of the given weights, before packing. */
  readonly originalBytes: number;
  /**
   * The kernels that methods could use: `'wasm'`, `'portable'`, or the name of those that were passed, `'given'` if they have none. Undefined if
   * no method compressed.
   */
  readonly kernels?: string;
  /** All weights in the order of the model. */
  readonly weights: readonly PackedWeight[];
}

/**
 * The largest absolute difference between two arrays, and the norm of the difference divided by the norm of the original (0 for zeros).
 *
 * @throws GCompressError `invalid-option` for anything but two arrays of float32 of one length.
 */
export function differences(
  original: Float32Array,
  stored: Float32Array,
): Pick<PackedWeight, 'maxError' | 'relativeError'> {
  const fits = original instanceof Float32Array && stored instanceof Float32Array && original.length === stored.length;
  if (!fits) {
    throw new GCompressError('invalid-option', {
      where: 'differences',
      expected: 'two Float32Arrays of the same length',
      actual: `${describeValue(original)} and ${describeValue(stored)}`,
    });
  }
  let maxError = 0;
  let squares = 0;
  let norm = 0;
  for (let i = 0; i < original.length; i++) {
    // Equal infinities and two NaN count as equal
    const difference = Object.is(original[i], stored[i]) ? 0 : Math.abs(original[i] - stored[i]);
    maxError = Math.max(maxError, difference);
    squares += difference * difference;
    norm += original[i] * original[i];
  }
  return { maxError, relativeError: norm === 0 ? 0 : Math.sqrt(squares / norm) };
}
