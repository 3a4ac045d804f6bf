// Refuses a model whose probes disagree.
import { GCompressError } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';
import type { Verification } from './verify.ts';

/**
 * Throws if a loaded model gives other outputs than its packer saw, so that a page does not go on with a broken backend.
 *
 * ```ts
 * assertAgrees(await verify(model, source));
 * ```
 *
 * @throws GCompressError `probes-disagree`, with the output that differs most; `invalid-option` for anything but a result of `verify`.
 */
export function assertAgrees(verification: Verification): void {
  assertType('assertAgrees', 'verification', verification, 'object', 'Pass what verify gave.');
  const { agrees, outputs } = verification;
  assertType('assertAgrees verification', 'agrees', agrees, 'boolean');
  if (agrees) return;
  const wrong = Array.isArray(outputs) ? outputs.filter((output) => !output.agrees) : [];
  const [worst] = wrong.sort((a, b) => b.largestDifference - a.largestDifference);
  throw new GCompressError('probes-disagree', {
    where: 'assertAgrees',
    expected: 'the outputs that the packer saw',
    actual: worst
      ? `a difference of ${worst.largestDifference} in output '${worst.name}' of probe ${worst.probe}`
      : 'others',
    hint: 'Load the model again, or use another backend. If all of them disagree, the file does not hold this model.',
  });
}
