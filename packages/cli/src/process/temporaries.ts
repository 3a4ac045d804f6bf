// Files and folders that exist only while they are written: an interrupted program leaves none behind.
import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Runs work that fills a file or folder, and removes what is left of it: afterwards, and when a signal ends the process. The process does
 * not listen to signals before and after, so that Ctrl-C ends a computation at once.
 */
export async function withTemporary<T>(path: string, work: () => Promise<T>): Promise<T> {
  const stop = (signal: NodeJS.Signals) => {
    rmSync(path, { recursive: true, force: true });
    process.exit(128 + SIGNALS[signal as keyof typeof SIGNALS]);
  };
  const signals = Object.keys(SIGNALS) as NodeJS.Signals[];
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.off(signal, stop);
    await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
