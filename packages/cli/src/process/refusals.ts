// Makes the errors of the program: usage, input and output errors.
import { GCompressError } from '@gcompress/core';

/** The message of any thrown value, on one line. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}

/** A mistake on the command line or in the configuration. */
export function usageError(where: string, expected: string, actual: string, hint?: string): GCompressError {
  return new GCompressError('invalid-option', { where, expected, actual, ...(hint && { hint }) });
}

/** An input that is missing, damaged or not supported. */
export function inputError(where: string, expected: string, actual: string, hint?: string): GCompressError {
  return new GCompressError('file-read', { where, expected, actual, ...(hint && { hint }) });
}

/** An output that exists already or cannot be written. */
export function outputError(where: string, expected: string, actual: string, hint?: string): GCompressError {
  return new GCompressError('file-write', { where, expected, actual, ...(hint && { hint }) });
}
