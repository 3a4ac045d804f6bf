// The program of a worker process: loads a job module, and runs the jobs that its pool sends.
import { isGCompressError, type JsonObject } from '@gcompress/core';
import { assertJsonObject } from '../jobs/json.ts';
import type { JobFunction } from './job-function.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** Time between two reports of progress, in milliseconds. */
const REPORT_EVERY = 50;

let run: JobFunction | undefined;
let current: AbortController | undefined;

process.on('message', (message: ToWorker) => {
  if (message.kind === 'abort') current?.abort();
  else void (message.kind === 'load' ? load(message.job) : work(message.configuration));
});
// The pool decides what a signal from the terminal means; without a pool there is nobody to work for
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());

async function load(job: string): Promise<void> {
  try {
    const { default: loaded } = await import(job);
    if (typeof loaded !== 'function') throw new Error('its default export is not a function');
    run = loaded;
    send({ kind: 'ready' });
  } catch (error) {
    send({ kind: 'unusable', message: messageOf(error) });
  }
}

async function work(configuration: JsonObject): Promise<void> {
  current = new AbortController();
  const started = performance.now();
  try {
    const result = await run?.(configuration, { signal: current.signal, onProgress: reporter() });
    assertJsonObject('result', result);
    send({ kind: 'result', result, milliseconds: performance.now() - started });
  } catch (error) {
    const code = isGCompressError(error) ? { code: error.code } : {};
    send({ kind: 'failure', failure: { message: messageOf(error), ...code } });
  }
}

function reporter(): (done: number) => void {
  let last = 0;
  return (done) => {
    if (!(done >= 0 && done <= 1) || performance.now() - last < REPORT_EVERY) return;
    last = performance.now();
    send({ kind: 'progress', done });
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function send(message: FromWorker): void {
  // A pool that is gone hears nothing, and this process ends
  process.send?.(message, undefined, undefined, () => {});
}
