// A worker: one process that runs one job after another, and is replaced when it dies.
import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { GCompressError, type JsonObject } from '@gcompress/core';
import type { JobFailure } from '../jobs/job-queue.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { startWorkerProcess } from './start-worker-process.ts';

/** How the run of a job ended. */
export type JobEnd =
  | { readonly kind: 'result'; readonly result: JsonObject; readonly milliseconds: number }
  | { readonly kind: 'failure'; readonly failure: JobFailure }
  /** The process ended before the job did. */
  | { readonly kind: 'died' };

/** Time in milliseconds that a job has to end by itself after it was aborted. */
const GRACE = 100;
/** Processes in a row that may end while they load the job module. */
const MOST_STARTS = 5;

/** Runs jobs in a process. Calls of `ready` and `run` may not overlap. */
export class Worker {
  #closed = false;
  #process: ChildProcess | undefined;
  #onMessage: ((message: FromWorker) => void) | undefined;
  #onExit: (() => void) | undefined;

  /**
   * @param job address of the job module.
   * @param execArgv flags of Node.
   */
  constructor(
    private readonly job: string,
    private readonly execArgv: readonly string[],
  ) {}

  /**
   * Starts a process and loads the job module, unless a process is ready or the worker is closed.
   *
   * @throws GCompressError `sweep/job-module` if the module cannot be loaded, exports no function, or ends the process.
   */
  async ready(): Promise<void> {
    for (let starts = 0; this.#process === undefined && !this.#closed; starts++) {
      if (starts === MOST_STARTS) throw this.unusable(`${MOST_STARTS} processes that ended while they loaded it`);
      this.start();
      const message = await this.ask({ kind: 'load', job: this.job }, () => {});
      if (message?.kind === 'unusable') {
        this.kill();
        throw this.unusable(`an error: ${message.message}`);
      }
    }
  }

  /** Runs a job; needs a process that is ready. */
  async run(configuration: JsonObject, onProgress: (done: number) => void): Promise<JobEnd> {
    const message = await this.ask({ kind: 'run', configuration }, onProgress);
    return message?.kind === 'result' || message?.kind === 'failure' ? message : { kind: 'died' };
  }

  /** Ends the process at once; a running job counts as died. */
  kill(): void {
    this.#process?.kill('SIGKILL');
    this.gone();
  }

  /** Asks a running job to end, waits a little, and ends the process for good. */
  async close(): Promise<void> {
    this.#closed = true;
    const running = this.#process;
    if (running !== undefined && this.#onMessage !== undefined) {
      const ended = new Promise<void>((resolve) => {
        running.once('exit', resolve).on('message', ({ kind }: FromWorker) => {
          if (kind !== 'progress') resolve();
        });
      });
      running.send({ kind: 'abort' } satisfies ToWorker, () => {});
      await Promise.race([ended, delay(GRACE)]);
    }
    this.kill();
  }

  private start(): void {
    const started = startWorkerProcess(this.execArgv);
    this.#process = started;
    const gone = () => {
      if (this.#process === started) this.gone();
    };
    started.on('exit', gone).on('error', gone);
    started.on('message', (message: FromWorker) => {
      if (this.#process === started) this.#onMessage?.(message);
    });
  }

  private gone(): void {
    this.#process = undefined;
    this.#onExit?.();
  }

  /** Sends a message and waits for the answer; undefined if the process ends before. */
  private ask(message: ToWorker, onProgress: (done: number) => void): Promise<FromWorker | undefined> {
    return new Promise<FromWorker | undefined>((resolve) => {
      this.#onMessage = (answer) => {
        if (answer.kind === 'progress') onProgress(answer.done);
        else resolve(answer);
      };
      this.#onExit = () => resolve(undefined);
      if (this.#process === undefined) resolve(undefined);
      else this.#process.send(message, () => {});
    }).finally(() => {
      this.#onMessage = undefined;
      this.#onExit = undefined;
    });
  }

  private unusable(actual: string): GCompressError {
    const expected = 'a module whose default export is the job function';
    return new GCompressError('sweep/job-module', { where: this.job, expected, actual });
  }
}
