// Lease files: which process runs which job, and which jobs have a result.
import { mkdir, open, readdir, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { folderError, systemCode } from './folder-errors.ts';

/** The last turn of a job. */
export interface Turn {
  readonly number: number;
  /** Whether the job has its result: the turn before this one made it. */
  readonly seal: boolean;
}

/** Who holds a lease, as its file says. */
export interface Holder {
  readonly worker: string;
  readonly host: string;
  readonly pid: number;
}

/**
 * The turns of jobs, as names in a folder. Turn n of a job is claimed by creating the file `ID.n`, which the file system lets only one process do.
 * A lost lease is not deleted: the next process creates `ID.(n+1)`. The result of turn n becomes final by creating `ID.(n+1)` as a folder. So a
 * process that lost its lease cannot finish the job, and after a result nobody can claim it.
 */
export class LeaseFiles {
  constructor(private readonly folder: string) {}

  path(id: string, turn: number): string {
    return join(this.folder, `${id}.${turn}`);
  }

  /** The last turn of each job that was ever claimed. */
  async turns(): Promise<Map<string, Turn>> {
    const turns = new Map<string, Turn>();
    const entries = await readdir(this.folder, { withFileTypes: true }).catch((cause) => {
      throw folderError('file-read', this.folder, cause);
    });
    for (const entry of entries) {
      const [, id, digits] = /^([0-9a-f]+)\.(\d+)$/.exec(entry.name) ?? [];
      if (id === undefined) continue;
      const number = Number(digits);
      if (number > (turns.get(id)?.number ?? 0)) turns.set(id, { number, seal: entry.isDirectory() });
    }
    return turns;
  }

  /** Claims a turn; false if another process was faster. */
  async create(id: string, turn: number, worker: string): Promise<boolean> {
    try {
      const handle = await open(this.path(id, turn), 'wx');
      const holder: Holder = { worker, host: hostname(), pid: process.pid };
      await handle.writeFile(JSON.stringify(holder)).finally(() => handle.close());
      return true;
    } catch (cause) {
      if (systemCode(cause) === 'EEXIST') return false;
      throw folderError('file-write', this.path(id, turn), cause);
    }
  }

  /** Makes the result of a turn final; false if the turn is not the last one any more. */
  async seal(id: string, turn: number): Promise<boolean> {
    try {
      await mkdir(this.path(id, turn + 1));
      return true;
    } catch (cause) {
      if (systemCode(cause) === 'EEXIST') return false;
      throw folderError('file-write', this.path(id, turn + 1), cause);
    }
  }

  /** Whether a turn is still the last one of its job. */
  async isLast(id: string, turn: number): Promise<boolean> {
    try {
      await stat(this.path(id, turn + 1));
      return false;
    } catch (cause) {
      if (systemCode(cause) === 'ENOENT') return true;
      throw folderError('file-read', this.path(id, turn + 1), cause);
    }
  }

  /** Shows that the holder of a turn is alive. */
  async touch(id: string, turn: number): Promise<void> {
    const now = new Date();
    await utimes(this.path(id, turn), now, now).catch((cause) => {
      throw folderError('file-write', this.path(id, turn), cause);
    });
  }
}
