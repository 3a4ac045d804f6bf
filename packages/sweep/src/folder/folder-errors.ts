// The errors of a folder with a sweep.
import { GCompressError } from '@gcompress/core';

/** A file or folder that cannot be written or read, as one clear error. */
export function folderError(code: 'file-write' | 'file-read', path: string, cause: unknown): GCompressError {
  const write = code === 'file-write';
  return new GCompressError(code, {
    where: `'${path}'`,
    expected: write ? 'a folder that can be written' : 'a folder that can be read',
    actual: reasonOf(cause),
    hint: write
      ? 'Check its permissions and the free space, then start the sweep again: it goes on where it stopped.'
      : 'Check its permissions.',
    cause,
  });
}

/** The system's code of an error, such as `EEXIST`; undefined for other errors. */
export function systemCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

function reasonOf(cause: unknown): string {
  const known: Readonly<Record<string, string>> = {
    ENOSPC: 'a full disk',
    EDQUOT: 'a disk quota that is used up',
    EFBIG: 'a file that would be larger than the system allows',
    EROFS: 'a read-only file system',
    EACCES: 'no permission',
    EPERM: 'no permission',
    ENOTDIR: 'a file in its place',
  };
  return known[systemCode(cause) ?? ''] ?? (cause instanceof Error ? cause.message : String(cause));
}
