// Checks the options `signal` and `onProgress`.
import type { ProgressOptions } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';

/**
 * Refuses anything but a signal and a function.
 *
 * @throws GCompressError `invalid-option`.
 */
export function assertListeners(where: string, { signal, onProgress }: ProgressOptions): void {
  if (signal !== undefined) {
    assertType(where, 'signal', signal, 'object', 'Pass the signal of an AbortController.');
    assertType(`${where} signal`, 'throwIfAborted', signal.throwIfAborted, 'function');
  }
  if (onProgress !== undefined) assertType(where, 'onProgress', onProgress, 'function');
}
