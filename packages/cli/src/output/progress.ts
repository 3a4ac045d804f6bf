// Progress with the time left, on a terminal alone.
import type { Surroundings } from '../process/surroundings.ts';

/** Takes the part of the work that is done, from 0 to 1. */
export interface Progress {
  readonly update: (done: number) => void;
  readonly stop: () => void;
}

const SILENT: Progress = { update: () => {}, stop: () => {} };

/** Starts to show the progress of a piece of work on the standard error; shows nothing where that is no terminal. */
export async function startProgress(label: string, { stderr }: Surroundings): Promise<Progress> {
  if (!stderr.isTTY) return SILENT;
  const { SingleBar } = await import('cli-progress');
  const bar = new SingleBar({
    format: `${label} {bar} {percentage} % · {eta_formatted} left`,
    stream: stderr as NodeJS.WriteStream,
    clearOnComplete: true,
    // A cursor that is hidden would stay so after Ctrl-C
    hideCursor: null,
    forceRedraw: true,
  });
  bar.start(1000, 0);
  return { update: (done) => bar.update(Math.round(1000 * done)), stop: () => bar.stop() };
}

/** Shows progress while work runs, and clears the line at its end, whatever that is. */
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
