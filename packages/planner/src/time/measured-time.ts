// Measures the time of a call.
import { GCompressError } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType } from '@gcompress/core/checks';

/** Options of {@link measuredTime}. */
export interface MeasuredTimeOptions {
  /** The time in milliseconds. Default `performance.now`. */
  readonly clock?: () => number;
  /** Rounds, of which the fastest one counts. Default 7. */
  readonly rounds?: number;
  /** The least milliseconds of a round, which calls as often as that takes. Default 5. */
  readonly span?: number;
  /** Stops the measurement; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

const WHERE = 'measuredTime';
/** Two rounds suffice for calls that take so many times the span. */
const LONG = 10;
/** Calls of a round for which a clock must advance. */
const MOST_CALLS = 2 ** 20;

/**
 * The milliseconds of a call in the fastest round, because other work of the machine only ever adds time. The first call is not counted: it may
 * compile or allocate.
 *
 * @param run what is measured. A backend that computes on a device must be waited for: `run: async () => { await result.data() }`.
 * @throws GCompressError `invalid-option` and `unknown-option`; what `run` throws; the signal's reason when aborted.
 */
export async function measuredTime(
  run: () => void | Promise<void>,
  options: MeasuredTimeOptions = {},
): Promise<number> {
  assertType(WHERE, 'run', run, 'function');
  assertKnownOptions(WHERE, options, ['clock', 'rounds', 'span', 'signal']);
  const { clock = () => performance.now(), rounds = 7, span = 5, signal } = options;
  assertType(WHERE, 'clock', clock, 'function');
  assertNumber(WHERE, 'rounds', rounds, { min: 1, integer: true });
  assertNumber(WHERE, 'span', span, { above: 0, max: Number.MAX_VALUE });
  await run();
  let [calls, fastest] = [1, Number.POSITIVE_INFINITY];
  for (let round = 0; round < rounds; ) {
    signal?.throwIfAborted();
    const start = clock();
    for (let call = 0; call < calls; call++) {
      const running = run();
      // Nothing is waited for where the call is done already, because even that takes time
      if (running !== undefined) await running;
    }
    const elapsed = clock() - start;
    if (elapsed < span && calls < MOST_CALLS) {
      calls *= 2;
      continue;
    }
    fastest = Math.min(fastest, elapsed / calls);
    round = elapsed > LONG * span ? round + rounds / 2 : round + 1;
  }
  if (fastest > 0) return fastest;
  throw new GCompressError('invalid-option', {
    where: `${WHERE} clock`,
    expected: 'a clock that advances',
    actual: '0 ms',
  });
}
