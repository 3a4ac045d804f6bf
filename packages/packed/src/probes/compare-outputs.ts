// Compares the outputs of two models.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber, describeValue } from '@gcompress/core/checks';
import type { ProbeTensor } from '../container/probe.ts';

/** One output compared with the expected one. */
export interface OutputDifference {
  /** Name of the output. */
  readonly name: string;
  /** Largest absolute difference of a value; infinite if shapes differ, or if only one of two values is finite. */
  readonly largestDifference: number;
  /** Largest absolute expected value. */
  readonly largestValue: number;
  readonly agrees: boolean;
}

/** Options of {@link compareOutputs}. */
export interface CompareOutputsOptions {
  /** Largest difference that counts as agreement, as a fraction of the largest absolute value of the output. Default 0.05. */
  readonly tolerance?: number;
}

/**
 * Compares the outputs of two models for the same inputs, such as the `outputs` of two calls of `probe`, in their order.
 *
 * @throws GCompressError `invalid-option` for anything but two lists of outputs.
 */
export function compareOutputs(
  expected: readonly ProbeTensor[],
  got: readonly ProbeTensor[],
  options: CompareOutputsOptions = {},
): OutputDifference[] {
  assertKnownOptions('compareOutputs', options, ['tolerance']);
  const { tolerance = 0.05 } = options;
  assertNumber('compareOutputs', 'tolerance', tolerance, { min: 0 });
  assertOutputs('expected', expected);
  assertOutputs('got', got);
  return expected.map((one, i) => ({ name: one.name, ...compared(one, got[i], tolerance) }));
}

function assertOutputs(name: string, outputs: unknown): void {
  const isList = Array.isArray(outputs) && outputs.every((output) => ArrayBuffer.isView(output?.data));
  if (isList) return;
  throw new GCompressError('invalid-option', {
    where: `compareOutputs ${name}`,
    expected: 'a list of outputs, such as those of probe()',
    actual: describeValue(outputs),
  });
}

function compared(expected: ProbeTensor, got: ProbeTensor | undefined, tolerance: number) {
  const isSame = got?.data.length === expected.data.length;
  let largestDifference = isSame ? 0 : Number.POSITIVE_INFINITY;
  let largestValue = 0;
  for (const [i, value] of expected.data.entries()) {
    if (Number.isFinite(value)) largestValue = Math.max(largestValue, Math.abs(value));
    const other = isSame ? got.data[i] : Number.NaN;
    if (Object.is(value, other)) continue;
    const difference = Math.abs(value - other);
    largestDifference = Math.max(largestDifference, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }
  return { largestDifference, largestValue, agrees: largestDifference <= tolerance * largestValue };
}
