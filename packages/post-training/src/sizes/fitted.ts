// Repeats a compression whose size is only known afterwards, until the file fits a budget.
import { GCompressError, type ProgressOptions, partialProgress } from '@gcompress/core';
import type { BuiltModel } from '../model/build-model.ts';

/** Most compressions until one fits; only methods that do not keep to a size need more than one. */
const TRIES = 4;

/**
 * The first model of a file of at most `bytes`.
 *
 * @param build makes a model of about so many bytes.
 * @throws GCompressError `budget-unreachable` if none fits, and what `build` throws.
 */
export async function fitted(
  bytes: number,
  progress: ProgressOptions,
  build: (bytes: number, progress: ProgressOptions) => Promise<BuiltModel>,
): Promise<BuiltModel> {
  let [most, found] = [bytes, 0];
  for (let tried = 0; tried < TRIES; tried++) {
    // The first try nearly always fits
    const done = 1 - 0.1 ** tried;
    const built = await build(most, partialProgress(progress, done, 1 - 0.1 ** (tried + 1)));
    found = built.report.bytes;
    if (found <= bytes) return built;
    most -= 2 ** tried * (found - bytes);
  }
  throw new GCompressError('budget-unreachable', {
    where: 'compressNow budget',
    expected: `at least ${found} bytes, what the candidates needed`,
    actual: `${bytes}`,
    hint: 'Allow more bytes, or give candidates that keep to a size.',
  });
}
