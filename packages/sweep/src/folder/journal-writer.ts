// The journal of this process: a file that only grows, and that no other process writes.
import { randomUUID } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { GCompressError } from '@gcompress/core';
import { folderError } from './folder-errors.ts';
import type { JournalLine } from './journal-lines.ts';

/**
 * Appends lines to a journal of its own. A crash can tear only the last line of such a file, and no append can follow a torn line. When `append`
 * resolves, the lines are on the disk. After a failed write nothing more is written.
 */
export class JournalWriter {
  readonly path: string;
  #handle: FileHandle | undefined;
  #failure: unknown;

  constructor(private readonly folder: string) {
    this.path = join(folder, `${randomUUID()}.jsonl`);
  }

  /** Appends lines; calls may not overlap. Throws GCompressError `file-write`. */
  async append(lines: readonly JournalLine[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      this.#handle ??= await this.create();
      await this.#handle.appendFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      await this.#handle.datasync();
    } catch (cause) {
      this.#failure = cause instanceof GCompressError ? cause : folderError('file-write', this.path, cause);
      throw this.#failure;
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  private async create(): Promise<FileHandle> {
    const handle = await open(this.path, 'ax');
    await syncFolder(this.folder);
    return handle;
  }
}

/** Makes sure that the name of a new file outlives a crash of the machine. Not every system lets programs do this. */
async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows refuses to open folders and needs no such call
  }
}
