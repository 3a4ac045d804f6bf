// A file that only grows.
import { type FileHandle, stat } from 'node:fs/promises';
import { GCompressError } from '@gcompress/core';

/**
 * A file that only grows. Bytes are with the operating system when `append` resolves, so that a program that crashes loses none, and
 * on the disk when `close` does. After a failed write nothing more is written: what follows a torn record could not be read.
 */
export class AppendedFile {
  /** Settled when all that was asked for is done. */
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(
    /** Path of the file. */
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** @throws GCompressError `file-write`, also where the file was deleted or replaced; `disposed` after it was closed. */
  append(bytes: Uint8Array | string): Promise<void> {
    if (this.#closed) {
      const details = { where: `file '${this.path}'`, expected: 'an open file', actual: 'a closed one' };
      return Promise.reject(new GCompressError('disposed', details));
    }
    return this.#then(async () => {
      // What is written to a file that was deleted or replaced is lost
      const [there, ours] = await Promise.all([stat(this.path), this.handle.stat()]);
      if (there.ino !== ours.ino || there.dev !== ours.dev) throw new Error('the file was replaced by another one');
      await this.handle.appendFile(bytes);
    });
  }

  /** Writes what is not on the disk yet, and closes the file. May be called again. */
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
    // Callers learn of a failure by what they are given; this one is for those who come later
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
    hint: 'Choose another path, or see to its rights and to the space left.',
    cause,
  });
}
