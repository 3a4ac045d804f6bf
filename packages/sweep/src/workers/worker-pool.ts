// Worker processes on this machine: each claims a job, runs it, stores its result, and takes the next.
import { hostname } from 'node:os';
import type { Claim, JobQueue } from '../jobs/job-queue.ts';
import { Bell } from './bell.ts';
import { type JobEnd, Worker } from './worker.ts';
import type { WorkerSettings } from './worker-options.ts';

/** Told what happens in a pool. */
export interface PoolListeners {
  /** The part of a job that is done, from 0 to 1; 0 again when its worker died. */
  readonly onProgress: (id: string, done: number) => void;
  /** A job was given back to the queue, with a result or without. */
  readonly onEnd: (id: string) => void;
  /** The queue or the job module cannot be used; the pool does no more work. */
  readonly onError: (error: unknown) => void;
}

/** Time in milliseconds between two looks for a job. */
const LOOK_EVERY = 100;
/** Longest time in milliseconds to hand jobs back when the pool stops: the queue may be away. */
const STOP_WITHIN = 1_000;

/**
 * A pool of worker processes. This process alone talks to the queue and sends the heartbeats, so that a job may block the process in which it runs.
 */
export class WorkerPool {
  readonly #bell = new Bell();
  readonly #workers: Worker[];
  #slots: Promise<void>[] | undefined;
  #stopping = false;
  #busy = 0;
  /** Undefined until a worker can take jobs. */
  #idleSince: number | undefined;

  constructor(
    private readonly queue: JobQueue,
    { job, workers, execArgv }: WorkerSettings,
    private readonly listeners: PoolListeners,
  ) {
    this.#workers = Array.from({ length: workers }, () => new Worker(job, execArgv));
  }

  /** Starts the processes, unless they were started; else looks for jobs at once. */
  start(): void {
    this.#slots ??= this.#workers.map((worker, i) => this.serve(worker, `${hostname()}/${process.pid}/${i + 1}`));
    this.#bell.ring();
  }

  /** Time in milliseconds in which workers were ready and found no job. */
  get idleMs(): number {
    return this.#busy > 0 || this.#idleSince === undefined ? 0 : performance.now() - this.#idleSince;
  }

  /** Ends running jobs, hands them back, and ends all processes. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#bell.ring();
    await Promise.all(this.#workers.map((worker) => worker.close()));
    await withinTime(Promise.all(this.#slots ?? []));
  }

  private async serve(worker: Worker, name: string): Promise<void> {
    try {
      while (!this.#stopping) {
        await worker.ready();
        this.#idleSince ??= performance.now();
        const claim = this.#stopping ? undefined : await this.queue.claim(name);
        if (claim !== undefined) await this.work(worker, claim, name);
        else await this.#bell.wait(LOOK_EVERY);
      }
    } catch (error) {
      this.listeners.onError(error);
    }
  }

  private async work(worker: Worker, claim: Claim, name: string): Promise<void> {
    const { id, configuration } = claim.job;
    this.#busy++;
    let running = true;
    const heart = this.keep(claim, () => running && worker.kill());
    try {
      const end: JobEnd = this.#stopping
        ? { kind: 'died' }
        : await worker.run(configuration, (done) => this.listeners.onProgress(id, done));
      running = false;
      await this.store(claim, end, name);
    } finally {
      heart.stop();
      this.#busy--;
      this.#idleSince = performance.now();
    }
    this.listeners.onEnd(id);
  }

  /** A job that was aborted may return anything, so that only its end counts. */
  private async store(claim: Claim, end: JobEnd, worker: string): Promise<void> {
    if (this.#stopping) {
      await withinTime(this.queue.release(claim, 'stopped'));
    } else if (end.kind === 'result') {
      await this.queue.complete(claim, { result: end.result, milliseconds: end.milliseconds, worker });
    } else if (end.kind === 'failure') {
      await this.queue.fail(claim, end.failure);
    } else {
      this.listeners.onProgress(claim.job.id, 0);
      // False where the claim was lost, for which the process was ended
      await this.queue.release(claim, 'died');
      // Another worker of this pool may wait for work
      this.#bell.ring();
    }
  }

  /** Sends heartbeats until the claim is lost, because another worker has taken over the job. */
  private keep(claim: Claim, onLost: () => void): { readonly stop: () => void } {
    let asking = false;
    const timer = setInterval(async () => {
      if (asking) return;
      asking = true;
      try {
        if (!(await this.queue.heartbeat(claim))) {
          clearInterval(timer);
          onLost();
        }
      } catch (error) {
        clearInterval(timer);
        this.listeners.onError(error);
      }
      asking = false;
    }, this.queue.leaseMs / 3);
    return { stop: () => clearInterval(timer) };
  }
}

/** Waits for work, but not longer than a stopping pool may; errors do not matter then, because leases end by themselves. */
async function withinTime(work: Promise<unknown>): Promise<void> {
  const patience = new Bell();
  const end = () => patience.ring();
  work.then(end, end);
  await patience.wait(STOP_WITHIN);
}
