// Shows progress with the remaining time, only on a terminal.
import type { Surroundings } from '../process/surroundings.ts';
import { printable } from './terminal-text.ts';

/** Called with the fraction of the work that is done, from 0 to 1. */
export interface Progress {
  readonly update: (done: number) => void;
  readonly stop: () => void;
}

/** Back to the start of the line, and nothing behind it (ECMA-48, EL). */
const CLEAR_LINE = '\r\u001B[K';
const SILENT: Progress = { update: () => {}, stop: () => {} };

/** Starts to show the progress of a piece of work on standard error; shows nothing if that is not a terminal. */
export async function startProgress(label: string, { stderr }: Surroundings): Promise<Progress> {
  if (!stderr.isTTY) return SILENT;
  const { SingleBar } = await import('cli-progress');
  const bar = new SingleBar({
    format: `${label} {bar} {percentage} % · {eta_formatted} left`,
    stream: stderr as NodeJS.WriteStream,
    clearOnComplete: true,
    // A hidden cursor would stay hidden after Ctrl-C
    hideCursor: null,
    forceRedraw: true,
  });
  bar.start(1000, 0);
  return { update: (done) => bar.update(Math.round(1000 * done)), stop: () => bar.stop() };
}

/** Shows a number that grows while work runs whose end is unknown, only on a terminal, and clears the line afterwards. */
export async function withCount<T>(
  label: string,
  { stderr }: Surroundings,
  work: (onCount: (count: number) => void) => Promise<T>,
): Promise<T> {
  if (!stderr.isTTY) return work(() => {});
  try {
    return await work((count) => stderr.write(`\r${printable(label)} ${count}`));
  } finally {
    stderr.write(CLEAR_LINE);
  }
}

/** Shows progress while work runs, and clears the line afterwards, even after an error. */
export async function withProgress<T>(
  label: string,
  surroundings: Surroundings,
  work: (onProgress: (done: number) => void) => Promise<T>,
): Promise<T> {
  const { update, stop } = await startProgress(label, surroundings);
  try {
    return await work(update);
  } finally {
    stop();
  }
}
