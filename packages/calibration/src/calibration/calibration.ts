// The result of a calibration: moments and sums of the inputs of each matrix.
import { GCompressError, type InputMoments } from '@gcompress/core';
import { assertInputMoments, assertNumber, assertType, describeValue } from '@gcompress/core/checks';

/** Sum and number of the inputs of a matrix; `sum / count` is their mean. */
export interface InputSums {
  /** How many inputs were summed, above 0. */
  readonly count: number;
  /** `Σ x`, `[m]`. Of an embedding: how often each id was looked up. */
  readonly values: Float64Array;
}

/** The statistics of one pass. */
export interface Calibration {
  /** The moments of the inputs of each observed matrix, by the name of its weight, for `pack` and `compress`. */
  readonly moments: ReadonlyMap<string, InputMoments>;
  /** The sums of the inputs of each matrix with moments, and of tables and depthwise kernels whose moments would be too large. */
  readonly inputSums: ReadonlyMap<string, InputSums>;
  /** Number of samples. */
  readonly samples: number;
  /** Matrices without moments, each with the reason. */
  readonly skipped: ReadonlyMap<string, string>;
  /** Warnings, for example that a matrix saw fewer rows than it has inputs. */
  readonly warnings: readonly string[];
}

/** Warnings about matrices that saw fewer rows than they have inputs. */
export function warningsOf(inputSums: ReadonlyMap<string, InputSums>): string[] {
  return [...inputSums].flatMap(([weight, { count, values }]) =>
    count < values.length
      ? [`'${weight}' saw ${count} rows, fewer than its ${values.length} inputs: pass more samples.`]
      : [],
  );
}

/**
 * Checks that a value is a result of `calibrate`.
 *
 * @throws GCompressError `invalid-option`, `shape-mismatch` if the sizes of a matrix's moments and sums differ, `non-finite` for NaN or
 *   infinity.
 */
export function assertCalibration(where: string, calibration: unknown): asserts calibration is Calibration {
  assertType(where, 'calibration', calibration, 'object', 'Pass what calibrate gives.');
  const { moments, inputSums, samples, skipped, warnings } = calibration as Partial<Calibration>;
  assertNumber(where, 'samples', samples, { min: 0, integer: true });
  for (const [name, map] of Object.entries({ moments, inputSums, skipped })) {
    if (!(map instanceof Map) || [...map.keys()].some((key) => typeof key !== 'string')) {
      throw wrong(`${where} ${name}`, 'a map by names of weights', describeValue(map));
    }
  }
  if (!Array.isArray(warnings) || !warnings.every((warning) => typeof warning === 'string')) {
    throw wrong(`${where} warnings`, 'a list of texts', describeValue(warnings));
  }
  const reason = [...(skipped ?? [])].find(([, text]) => typeof text !== 'string');
  if (reason) throw wrong(`${where} skipped`, 'texts', describeValue(reason[1]));
  for (const [weight, sums] of inputSums ?? []) assertSums(`${where} inputSums of '${weight}'`, sums);
  for (const [weight, own] of moments ?? []) {
    const size = inputSums?.get(weight)?.values.length;
    if (size === undefined) throw wrong(`${where} inputSums`, `sums of '${weight}', as it has moments`, 'none');
    assertInputMoments(`${where} moments of '${weight}'`, own, size);
  }
}

function assertSums(where: string, sums: InputSums): void {
  assertType(where, 'sums', sums, 'object');
  assertNumber(where, 'count', sums.count, { above: 0 });
  if (!(sums.values instanceof Float64Array)) throw wrong(where, 'a Float64Array', describeValue(sums.values));
  const value = sums.values.find((one) => !Number.isFinite(one));
  if (value === undefined) return;
  throw new GCompressError('non-finite', { where, expected: 'finite values', actual: `${value}` });
}

function wrong(where: string, expected: string, actual: string): GCompressError {
  return new GCompressError('invalid-option', { where, expected, actual, hint: 'Pass what calibrate gives.' });
}
