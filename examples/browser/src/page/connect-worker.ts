// Starts the worker and gives the trainer in it.
import { type Remote, wrap } from 'comlink';
import type { Trainer } from '../worker/trainer.ts';

/** The trainer in a worker of its own. */
export interface Connection {
  readonly trainer: Remote<Trainer>;
  /** Rejects when the worker cannot be loaded, or fails outside of a request; never resolves. */
  readonly failure: Promise<never>;
}

/** Starts the worker. */
export function connectWorker(): Connection {
  const worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' });
  const failure = new Promise<never>((_, reject) => {
    worker.addEventListener('error', ({ message }) => {
      const reason = message || 'Its program could not be loaded. Check the connection and reload the page.';
      reject(new Error(`The worker that trains has failed. ${reason}`));
    });
  });
  return { trainer: wrap<Trainer>(worker), failure };
}
