// What the readers of streams of integers have in common.
import type { GCompressError } from '@gcompress/core';
import { fileError } from '@gcompress/core/storage';

/** Reads a stream of integers. */
export interface IntegerReader {
  /** Reads the values of the next rows. Each reader has a loop of its own, in which engines inline the steps of a value. */
  fill(values: Int32Array): void;
  /** Refuses what follows the last value. */
  end(): void;
}

/** Refuses a value of a damaged stream that is beyond int32. */
export function int32(value: number): number {
  if ((value | 0) === value) return value;
  throw refuse('file-tensor', 'int32', `${value}`);
}

/** The error for a stream of integers. */
export function refuse(code: string, expected: string, actual: string): GCompressError {
  return fileError(code, 'decodeIntegers', expected, actual);
}
