// Lets work end in order when a signal asks the process to stop.

const CODES = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Runs work with a signal that is aborted by Ctrl-C. When the work has ended then, the process ends with the code of the signal. A second Ctrl-C ends
 * it at once.
 */
export async function withStopSignal<T>(work: (signal: AbortSignal) => Promise<T>, onStopped: () => void): Promise<T> {
  const controller = new AbortController();
  const names = Object.keys(CODES) as (keyof typeof CODES)[];
  let stoppedBy: keyof typeof CODES | undefined;
  const stop = (name: NodeJS.Signals) => {
    if (stoppedBy !== undefined) process.exit(128 + CODES[stoppedBy]);
    stoppedBy = name as keyof typeof CODES;
    controller.abort();
  };
  for (const name of names) process.on(name, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of names) process.off(name, stop);
    if (stoppedBy !== undefined) {
      onStopped();
      process.exit(128 + CODES[stoppedBy]);
    }
  }
}
