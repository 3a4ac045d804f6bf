// A file that only grows.
import { type FileHandle, stat } from 'node:fs/promises';
import { GCompressError } from '@gcompress/core';

/**
 * A file that only grows. When `append` resolves, the operating system has the bytes, so a crash of the program loses none. When `close`
 * resolves, they are on the disk. After a failed write nothing more is written, because nobody could read what follows a torn record.
 */
export class AppendedFile {
  /** Settles when all writes so far are done. */
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(
    /** Path of the file. */
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** @throws GCompressError `file-write`, also if the file was deleted or replaced; `disposed` after it was closed. */
  append(bytes: Uint8Array | string): Promise<void> {
    if (this.#closed) {
      const details = { where: `file '${this.path}'`, expected: 'an open file', actual: 'a closed file' };
      return Promise.reject(new GCompressError('disposed', details));
    }
    return this.#then(async () => {
      // Writes into a file that was deleted or replaced are lost
      const [there, ours] = await Promise.all([stat(this.path), this.handle.stat()]);
      if (there.ino !== ours.ino || there.dev !== ours.dev) throw new Error('the file was replaced by another one');
      await this.handle.appendFile(bytes);
    });
  }

  /** Writes the remaining bytes to the disk and closes the file. May be called again. */
  async close(): Promise<void> {
    if (this.#closed) return this.#last;
    this.#closed = true;
    try {
      await this.#then(() => this.handle.sync());
    } finally {
      await this.handle.close();
    }
  }

  #then(task: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(() => task().catch((cause: unknown) => Promise.reject(cannotWrite(this.path, cause))));
    // Callers learn of a failure from their own promise; this chain only orders later writes
    this.#last.catch(() => {});
    return this.#last;
  }
}

/** The error for a file or folder that cannot be written. */
export function cannotWrite(path: string, cause: unknown): GCompressError {
  return new GCompressError('file-write', {
    where: `'${path}'`,
    expected: 'a place that can be written',
    actual: cause instanceof Error ? cause.message : String(cause),
    hint: 'Choose another path, or check its permissions and the free space.',
    cause,
  });
}
