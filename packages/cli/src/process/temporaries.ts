// Temporary files and folders for outputs in progress, removed even if the program is interrupted.
import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Runs work that fills a temporary file or folder, and removes it afterwards, or when a signal ends the process. The process listens to signals
 * only during this work, so that Ctrl-C stops any other computation at once.
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
