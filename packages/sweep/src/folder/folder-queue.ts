// A folder as the queue of a sweep: no service, any number of processes, nothing lost in a crash.
import { resolve } from 'node:path';
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType } from '@gcompress/core/checks';
import type { Job } from '../jobs/job.ts';
import type { Claim, EndedJob, JobQueue } from '../jobs/job-queue.ts';
import { oneAtATime } from '../jobs/one-at-a-time.ts';
import { JobTable } from './job-table.ts';
import { JournalReader } from './journal-reader.ts';
import { JournalWriter } from './journal-writer.ts';
import { LeaseFiles, type Turn } from './lease-files.ts';
import { LeaseWatch } from './lease-watch.ts';
import { openFolder } from './open-folder.ts';

/** Options of {@link folderQueue}. */
export interface FolderQueueOptions {
  /** Time in milliseconds without a heartbeat after which a job is given to another worker. Default 15000, at least 100. */
  readonly leaseMs?: number;
  /** How often a job may be started before it counts as failed because its workers died. Default 5. */
  readonly attempts?: number;
}

/**
 * Opens a folder as a queue, and creates it if need be. Several processes may open the same folder, also on machines that share it: the file system
 * must create files exclusively, as local ones, NFS and SMB do. Results are on the disk when `complete` resolves. The folder holds `sweep.json`, one
 * append-only journal for each process that wrote, and a lease file for each start of a job.
 *
 * @param path the folder; relative paths start at the current folder.
 * @throws GCompressError `invalid-option`, `unknown-option`; `file-header` for a folder with other content, `unsupported-version`; `file-read` and
 * `file-write` if the system refuses, now or in a method: a read-only folder, a full disk.
 */
export async function folderQueue(path: string, options: FolderQueueOptions = {}): Promise<JobQueue> {
  assertType('folderQueue', 'path', path, 'string');
  if (path === '') {
    const details = { where: 'folderQueue path', expected: 'the path of a folder', actual: "''" };
    throw new GCompressError('invalid-option', details);
  }
  assertKnownOptions('folderQueue', options, ['leaseMs', 'attempts']);
  const { leaseMs = 15_000, attempts = 5 } = options;
  assertNumber('folderQueue', 'leaseMs', leaseMs, { min: 100 });
  assertNumber('folderQueue', 'attempts', attempts, { min: 1, integer: true });
  const { journals, leases } = await openFolder(resolve(path));
  return new FolderQueue(leaseMs, attempts, {
    writer: new JournalWriter(journals),
    reader: new JournalReader(journals),
    leases: new LeaseFiles(leases),
  });
}

interface Parts {
  readonly writer: JournalWriter;
  readonly reader: JournalReader;
  readonly leases: LeaseFiles;
}

class FolderQueue implements JobQueue {
  readonly #table = new JobTable();
  readonly #watch: LeaseWatch;
  /** Reading moves positions in files, and lines of the journal must not mix. */
  readonly #serial = oneAtATime();

  constructor(
    readonly leaseMs: number,
    private readonly mostAttempts: number,
    private readonly parts: Parts,
  ) {
    this.#watch = new LeaseWatch(leaseMs);
  }

  add(jobs: readonly Job[]): Promise<void> {
    return this.#serial(async () => {
      await this.refresh();
      const fresh = jobs.filter(({ id }) => !this.#table.jobs.has(id));
      const lines = fresh.map(({ id, configuration }) => ({ kind: 'job' as const, id, configuration }));
      if (lines.length > 0) await this.parts.writer.append(lines);
    });
  }

  claim(worker: string): Promise<Claim | undefined> {
    return this.#serial(async () => {
      const turns = await this.refresh();
      for (const job of this.#table.jobs.values()) {
        const turn = turns.get(job.id);
        if (!(await this.isFree(job.id, turn))) continue;
        const claim = await this.take(job, turn, worker);
        if (claim !== undefined) return claim;
      }
      return undefined;
    });
  }

  heartbeat({ job: { id }, token }: Claim): Promise<boolean> {
    return this.#serial(async () => {
      if (!(await this.isHeld(id, Number(token)))) return false;
      await this.parts.leases.touch(id, Number(token));
      return true;
    });
  }

  complete({ job: { id }, token }: Claim, completion: Parameters<JobQueue['complete']>[1]): Promise<boolean> {
    const turn = Number(token);
    return this.#serial(async () => {
      if (!(await this.isHeld(id, turn))) return false;
      // The seal comes after the line: whoever sees the seal finds the result
      await this.parts.writer.append([{ kind: 'result', id, turn, ...completion }]);
      return this.parts.leases.seal(id, turn);
    });
  }

  fail({ job: { id }, token }: Claim, failure: Parameters<JobQueue['fail']>[1]): Promise<boolean> {
    return this.end(id, { kind: 'failure', id, turn: Number(token), failure });
  }

  release({ job: { id }, token }: Claim, reason: 'stopped' | 'died'): Promise<boolean> {
    return this.end(id, { kind: 'release', id, turn: Number(token), reason });
  }

  retry(ids: readonly string[]): Promise<void> {
    return this.#serial(async () => {
      const turns = await this.refresh();
      for (const id of ids) {
        const turn = turns.get(id);
        if (turn === undefined || turn.seal || this.#table.stateOf(id, turn) !== 'ended') continue;
        await this.parts.writer.append([{ kind: 'release', id, turn: turn.number, reason: 'retried' }]);
      }
    });
  }

  ended(): Promise<readonly EndedJob[]> {
    return this.#serial(async () => this.#table.ended(await this.refresh()));
  }

  close(): Promise<void> {
    return this.#serial(() => this.parts.writer.close());
  }

  /** Reads what is new. Turns first: the lines of a turn that ended are in the journals by then. */
  private async refresh(): Promise<Map<string, Turn>> {
    const turns = await this.parts.leases.turns();
    this.#table.take(await this.parts.reader.next());
    return turns;
  }

  private async isFree(id: string, turn: Turn | undefined): Promise<boolean> {
    const state = this.#table.stateOf(id, turn);
    if (state !== 'leased' || turn === undefined) return state === 'waiting';
    return this.#watch.isLost(this.parts.leases.path(id, turn.number));
  }

  private async take(job: Job, last: Turn | undefined, worker: string): Promise<Claim | undefined> {
    const turn = (last?.number ?? 0) + 1;
    const attempt = this.#table.attempts(job.id, turn);
    if (!(await this.parts.leases.create(job.id, turn, worker))) return undefined;
    if (attempt <= this.mostAttempts) return { job, attempt, token: String(turn) };
    const message = `its worker died in each of ${this.mostAttempts} attempts`;
    await this.parts.writer.append([{ kind: 'failure', id: job.id, turn, failure: { message } }]);
    return undefined;
  }

  /** Whether a turn goes on: it is the last one, and no line ended it. */
  private async isHeld(id: string, turn: number): Promise<boolean> {
    await this.refresh();
    return this.#table.stateOf(id, { number: turn, seal: false }) === 'leased' && this.parts.leases.isLast(id, turn);
  }

  private end(id: string, line: Parameters<JournalWriter['append']>[0][number] & { readonly turn: number }) {
    return this.#serial(async () => {
      if (!(await this.isHeld(id, line.turn))) return false;
      await this.parts.writer.append([line]);
      return this.parts.leases.isLast(id, line.turn);
    });
  }
}
