// What a user is told about a packed file.
import { GCompressError } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import type { WeightKind } from '@gcompress/weights';

/** How one weight was stored. */
export interface PackedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** How the model uses it; `'other'` for what is no kernel. */
  readonly kind: WeightKind;
  /** Id of the format, the type of its quantized values, or its dtype where it is stored as it was. */
  readonly storedAs: string;
  /** Bytes in the file. */
  readonly bytes: number;
  /** Largest absolute difference of a value; 0 where it is stored as it was. */
  readonly maxError: number;
  /** Frobenius norm of the difference divided by that of the weight; 0 for a weight of zeros. */
  readonly relativeError: number;
  /** Why a kernel was not compressed, or what the method had to say. */
  readonly notes: readonly string[];
}

/** What {@link pack} tells of its file. */
export interface PackReport {
  /** Bytes of the whole file. */
  readonly bytes: number;
  /** Bytes of it that come before the weights: topology, names, checksums. */
  readonly headerBytes: number;
  /** Bytes of the weights that were given, as they were given. */
  readonly originalBytes: number;
  /** All weights in the order of the model. */
  readonly weights: readonly PackedWeight[];
}

/**
 * How far values are from what they were: the largest absolute difference, and the norm of the difference divided by that of the original,
 * which is 0 for zeros.
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
    // Equal infinities and two NaN differ by nothing
    const difference = Object.is(original[i], stored[i]) ? 0 : Math.abs(original[i] - stored[i]);
    maxError = Math.max(maxError, difference);
    squares += difference * difference;
    norm += original[i] * original[i];
  }
  return { maxError, relativeError: norm === 0 ? 0 : Math.sqrt(squares / norm) };
}
