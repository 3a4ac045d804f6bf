// Jobs that ended, read from BullMQ without reading all of them each time.
import type { Queue } from 'bullmq';
import type { Completion, EndedJob } from '../jobs/job-queue.ts';
import { endedJob, jobOf, type Stored, type StoredData } from './stored-job.ts';

const LISTS = [
  ['completed', 'done'],
  ['failed', 'failed'],
] as const;

/** Remembers jobs that ended, and reads more when their number changed. */
export class EndedJobs {
  #known = new Map<string, EndedJob>();

  constructor(private readonly queue: Queue<StoredData, Completion, string>) {}

  /** All jobs that ended. A job stays known when Redis forgets it in a restart without its data. */
  async read(): Promise<EndedJob[]> {
    const counts = await this.queue.getJobCounts('completed', 'failed');
    for (const [list, status] of LISTS) {
      // Somebody else lets failed jobs run again
      if (status === 'failed' && counts[list] < this.count(status)) this.forgetFailed();
      const missing = counts[list] - this.count(status);
      if (missing <= 0) continue;
      // The newest come first; those of the same millisecond come in any order
      await this.take(list, status, missing + 16);
      if (counts[list] > this.count(status)) await this.take(list, status, counts[list]);
    }
    return [...this.#known.values()];
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  /** Forgets a failed job that runs again. */
  forget(id: string): void {
    this.#known.delete(id);
  }

  private forgetFailed(): void {
    for (const [id, { status }] of this.#known) if (status === 'failed') this.#known.delete(id);
  }

  private count(status: EndedJob['status']): number {
    return [...this.#known.values()].filter((job) => job.status === status).length;
  }

  private async take(list: 'completed' | 'failed', status: EndedJob['status'], count: number): Promise<void> {
    const jobs: Stored[] = await this.queue.getJobs([list], 0, count - 1);
    for (const stored of jobs.reverse()) {
      const { id } = jobOf(stored);
      if (this.#known.get(id)?.status !== 'done') this.#known.set(id, endedJob(stored, status));
    }
  }
}
