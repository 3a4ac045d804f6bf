// What the journals and the lease files together say about every job.
import { GCompressError } from '@gcompress/core';
import type { Job } from '../jobs/job.ts';
import type { DoneJob, EndedJob, FailedJob, JobFailure } from '../jobs/job-queue.ts';
import type { JournalLine, ReleaseReason } from './journal-lines.ts';
import type { Turn } from './lease-files.ts';

/** How a turn ended, as a journal says. */
interface TurnEnd {
  release?: ReleaseReason;
  failure?: JobFailure;
  result?: Omit<DoneJob, keyof Job | 'status' | 'attempt'>;
}

/** Collects the lines of journals. The state of a job follows from its last turn. */
export class JobTable {
  readonly jobs = new Map<string, Job>();
  readonly #ends = new Map<string, TurnEnd>();
  /** A job that has its result does not change any more. */
  readonly #done = new Map<string, DoneJob>();

  take(lines: readonly JournalLine[]): void {
    for (const line of lines) {
      if (line.kind === 'job') {
        if (!this.jobs.has(line.id)) this.jobs.set(line.id, { id: line.id, configuration: line.configuration });
        continue;
      }
      const end = this.end(line.id, line.turn);
      if (line.kind === 'release') end.release = line.reason;
      else if (line.kind === 'failure') end.failure = line.failure;
      else end.result = { result: line.result, milliseconds: line.milliseconds, worker: line.worker };
      this.#ends.set(`${line.id}.${line.turn}`, end);
    }
  }

  /** Whether a job may be claimed if its last lease is lost, and whether it may be claimed in any case. */
  stateOf(id: string, turn: Turn | undefined): 'waiting' | 'leased' | 'ended' {
    if (turn === undefined) return 'waiting';
    if (turn.seal) return 'ended';
    const { release, failure } = this.end(id, turn.number);
    if (release !== undefined) return 'waiting';
    return failure === undefined ? 'leased' : 'ended';
  }

  /** How often a job was started up to a turn, since it was last retried. A job that was handed back is not counted. */
  attempts(id: string, turn: number): number {
    let count = 0;
    for (let n = turn; n >= 1; n--) {
      const { release } = this.end(id, n);
      if (release === 'retried') break;
      if (release !== 'stopped') count++;
    }
    return count;
  }

  /**
   * The jobs that ended: first those that were known to have ended before.
   *
   * @throws GCompressError `file-header` if a result is missing that was stored.
   */
  ended(turns: ReadonlyMap<string, Turn>): EndedJob[] {
    const failed: FailedJob[] = [];
    for (const [id, turn] of turns) {
      const job = this.jobs.get(id);
      if (job === undefined || this.#done.has(id) || this.stateOf(id, turn) !== 'ended') continue;
      if (turn.seal) this.#done.set(id, this.doneJob(job, turn.number - 1));
      else failed.push(this.failedJob(job, turn.number));
    }
    return [...this.#done.values(), ...failed];
  }

  private doneJob(job: Job, turn: number): DoneJob {
    const { result } = this.end(job.id, turn);
    if (result !== undefined) return { ...job, status: 'done', attempt: this.attempts(job.id, turn), ...result };
    throw new GCompressError('file-header', {
      where: `result of job ${job.id}`,
      expected: 'a line in one of the journals',
      actual: 'none',
      hint: 'A journal of the sweep is missing or damaged. Restore it from a copy, or start the sweep anew in another folder.',
    });
  }

  private failedJob(job: Job, turn: number): FailedJob {
    const { failure } = this.end(job.id, turn);
    const attempt = this.attempts(job.id, turn);
    return { ...job, status: 'failed', attempt, failure: failure ?? { message: 'unknown' } };
  }

  private end(id: string, turn: number): TurnEnd {
    return this.#ends.get(`${id}.${turn}`) ?? {};
  }
}
