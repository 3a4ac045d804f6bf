// Measures the time of a prediction of two forms of a model, in turns.
import { GCompressError, type ProgressOptions, reportProgress } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertType, describeValue } from '@gcompress/core/checks';
import type { BatchLatency, TimeSpread } from '../data/run-data.ts';
import { quantile } from './quantile.ts';

/** A prediction of each form for the same batch. A call ends when the outputs are there. */
export interface LatencyCalls {
  readonly original: () => void | PromiseLike<void>;
  readonly packed: () => void | PromiseLike<void>;
}

/** Options of {@link measureLatency}. */
export interface MeasureLatencyOptions extends ProgressOptions {
  /** Examples in the batch that the calls run on. Default 1. */
  readonly batch?: number;
  /** Calls of each form before the first one that counts: they compile and allocate. Default 2. */
  readonly warmUp?: number;
  /** Calls of each form that count. Default 31. */
  readonly runs?: number;
  /** Milliseconds after which no further calls are made, once there are three of each form. Default 10,000. */
  readonly span?: number;
  /** The time in milliseconds. Default `performance.now`. */
  readonly clock?: () => number;
}

const WHERE = 'measureLatency';
const NAMES = ['batch', 'warmUp', 'runs', 'span', 'clock', 'signal', 'onProgress'];
/** Fewest calls of a median, however slow they are. */
const LEAST = 3;

/**
 * Measures a prediction of the original and of the packed model. The forms take turns, and each is the first one in every other round, so that
 * both meet the same state of the machine.
 *
 * ```ts
 * const latency = await measureLatency({
 *   original: () => tf.tidy(() => void (model.predict(x) as tf.Tensor).dataSync()),
 *   packed: () => tf.tidy(() => void (small.predict(x) as tf.Tensor).dataSync()),
 * });
 * ```
 *
 * @returns medians and quartiles in milliseconds, for `latency.batches` of `reportData`.
 * @throws GCompressError `invalid-option` and `unknown-option`; what the calls throw; the signal's reason when aborted.
 */
export async function measureLatency(calls: LatencyCalls, options: MeasureLatencyOptions = {}): Promise<BatchLatency> {
  assertType(WHERE, 'calls', calls, 'object', 'Pass a prediction of the original and one of the packed model.');
  assertType(`${WHERE} calls`, 'original', calls.original, 'function');
  assertType(`${WHERE} calls`, 'packed', calls.packed, 'function');
  assertKnownOptions(WHERE, options, NAMES);
  const { batch = 1, warmUp = 2, runs = 31, span = 10_000, clock = () => performance.now(), ...listeners } = options;
  assertNumber(WHERE, 'batch', batch, { min: 1, integer: true });
  assertNumber(WHERE, 'warmUp', warmUp, { min: 0, integer: true });
  assertNumber(WHERE, 'runs', runs, { min: 1, integer: true });
  assertNumber(WHERE, 'span', span, { above: 0 });
  assertType(WHERE, 'clock', clock, 'function');
  const { signal, onProgress } = listeners;
  if (onProgress !== undefined) assertType(WHERE, 'onProgress', onProgress, 'function');

  const times: Record<keyof LatencyCalls, number[]> = { original: [], packed: [] };
  const timed = async (form: keyof LatencyCalls) => {
    signal?.throwIfAborted();
    const start = clock();
    await calls[form]();
    return elapsed(start, clock());
  };
  const round = (at: number) => (at % 2 === 0 ? (['original', 'packed'] as const) : (['packed', 'original'] as const));
  for (let at = 0; at < warmUp; at++) for (const form of round(at)) await timed(form);
  let spent = 0;
  for (let at = 0; at < runs && (at < LEAST || spent < span); at++) {
    for (const form of round(at)) {
      const time = await timed(form);
      times[form].push(time);
      spent += time;
    }
    reportProgress(listeners, (at + 1) / runs);
  }
  reportProgress(listeners, 1);
  return { batch, runs: times.original.length, original: spread(times.original), packed: spread(times.packed) };
}

function elapsed(from: number, to: number): number {
  const time = to - from;
  if (time >= 0 && time < Number.POSITIVE_INFINITY) return time;
  throw new GCompressError('invalid-option', {
    where: `${WHERE} clock`,
    expected: 'milliseconds that never fall',
    actual: `${describeValue(from)}, then ${describeValue(to)}`,
  });
}

function spread(times: readonly number[]): TimeSpread {
  const sorted = [...times].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}
