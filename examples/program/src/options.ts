// Reads command lines, with help and exit codes.
import { CommanderError, InvalidArgumentError, Option } from 'commander';
import { BACKENDS } from './start-backend.ts';

/** A command line that asks for nothing to be run: a mistake (code 2), or help (code 0). */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/** A {@link UsageError} for what commander throws instead of ending the process; any other error as it is. */
export function usageErrorFrom(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  return new UsageError(error.message, error.exitCode === 0 ? 0 : 2);
}

/** The option `--backend`. */
export function backendOption(): Option {
  return new Option('--backend <name>', 'TensorFlow.js backend (default: the fastest there is)').choices(BACKENDS);
}

/** Reads an option that is an integer of this range. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give an integer from ${min} to ${max}.`);
  };
}

/** Reads an option that is a number above this one. */
export function above(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && value > min) return value;
    throw new InvalidArgumentError(`Give a number above ${min}.`);
  };
}
