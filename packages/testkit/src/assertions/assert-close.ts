// Assertion that two lists of numbers agree within a tolerance.
import { assertType } from '@gcompress/core/checks';
import { assertNumbers } from './argument-checks.ts';
import { ensure } from './assertions.ts';

/** How far two numbers may be apart: `relative · |expected| + absolute`. */
export interface CloseOptions {
  /** Part of the expected value's magnitude. Default 0. */
  readonly relative?: number;
  /** In units of the values. Default 0. */
  readonly absolute?: number;
  /** Name of the compared values, for the message. */
  readonly label?: string;
}

/**
 * Compares numbers one by one. NaN is close only to NaN, an infinity only to itself.
 *
 * @throws ConformanceError that names the entry furthest outside its bound, both values, and the number of entries outside.
 */
export function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, options: CloseOptions = {}): void {
  assertNumbers('assertClose actual', actual);
  assertNumbers('assertClose expected', expected);
  assertType('assertClose', 'options', options, 'object');
  const { relative = 0, absolute = 0, label = 'values' } = options;
  ensure(actual.length === expected.length, () => `${label}: ${actual.length} numbers where ${expected.length} belong`);
  let worst = -1;
  let excess = 0;
  let outside = 0;
  for (let i = 0; i < expected.length; i++) {
    if (actual[i] === expected[i] || (Number.isNaN(actual[i]) && Number.isNaN(expected[i]))) continue;
    const apart = Math.abs(actual[i] - expected[i]);
    const bound = relative * Math.abs(expected[i]) + absolute;
    if (apart <= bound && Number.isFinite(apart)) continue;
    outside++;
    const over = Number.isFinite(apart) ? apart / bound : Number.POSITIVE_INFINITY;
    if (worst < 0 || over > excess) {
      worst = i;
      excess = over;
    }
  }
  ensure(worst < 0, () => {
    const bound = relative * Math.abs(expected[worst]) + absolute;
    const apart = Math.abs(actual[worst] - expected[worst]);
    return `${label}: entry ${worst} is ${actual[worst]}, expected ${expected[worst]}; they differ by ${apart}, ${bound} is allowed (${outside} of ${expected.length} entries outside)`;
  });
}
