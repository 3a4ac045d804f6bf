// Exit codes of the program, which scripts can rely on.
import { isGCompressError } from '@gcompress/core';

/** Exit codes of the program; the README lists them. */
export const EXIT = {
  done: 0,
  /** A budget is exceeded, or cannot be met. */
  exceeded: 1,
  /** A mistake on the command line or in the configuration. */
  usage: 2,
  /** A model or another input is missing, damaged or not supported. */
  input: 3,
  /** The output exists already or cannot be written. */
  output: 4,
  /** Everything else. */
  failed: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const OF_INPUT = ['unknown-format', 'unsupported-version', 'unsupported', 'shape-mismatch', 'not-ready'];
const OF_USAGE = ['invalid-option', 'unknown-option', 'not-smaller'];

/** The exit code for an error that ended the work. */
export function exitCodeFor(error: unknown): ExitCode {
  if (!isGCompressError(error)) return EXIT.failed;
  const { code } = error;
  if (code === 'budget-unreachable') return EXIT.exceeded;
  if (code === 'file-write') return EXIT.output;
  if (code.startsWith('file-') || OF_INPUT.includes(code)) return EXIT.input;
  return OF_USAGE.includes(code) ? EXIT.usage : EXIT.failed;
}
