// measureLatency: both forms take turns, the first calls do not count, medians and quartiles are those of the clock.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MeasureLatencyOptions, measureLatency } from '../src/index.ts';
import { quantile } from '../src/latency/quantile.ts';

/** Calls that take these milliseconds in turn, on a clock of their own. */
function calls(original: readonly number[], packed: readonly number[]) {
  let now = 100;
  const made: string[] = [];
  const call = (name: string, times: readonly number[]) => {
    let at = 0;
    return async () => {
      made.push(name);
      now += times[at++ % times.length] as number;
    };
  };
  return { made, clock: () => now, calls: { original: call('original', original), packed: call('packed', packed) } };
}

it('gives medians and quartiles of each form', async () => {
  const { calls: of, clock } = calls([1, 2, 3, 4, 5], [10, 50, 20, 40, 30]);
  expect(await measureLatency(of, { clock, batch: 8, warmUp: 0, runs: 5 })).toEqual({
    batch: 8,
    runs: 5,
    original: { median: 3, low: 2, high: 4 },
    packed: { median: 30, low: 20, high: 40 },
  });
});

it('takes turns, and lets each form begin', async () => {
  const { made, clock, calls: of } = calls([1], [1]);
  await measureLatency(of, { clock, warmUp: 1, runs: 3 });
  const [a, b] = ['original', 'packed'];
  expect(made).toEqual([a, b, a, b, b, a, a, b]);
});

it('does not count the calls that warm up', async () => {
  const { clock, calls: of } = calls([900, 900, 7, 7, 7], [900, 900, 8, 8, 8]);
  const { original, packed } = await measureLatency(of, { clock, warmUp: 2, runs: 3 });
  expect([original, packed]).toEqual([
    { median: 7, low: 7, high: 7 },
    { median: 8, low: 8, high: 8 },
  ]);
});

it('stops after the span, but not before three calls of each form', async () => {
  const runsFor = async (time: number) => {
    const { clock, calls: of } = calls([time], [time]);
    return (await measureLatency(of, { clock, span: 1000 })).runs;
  };
  expect(await runsFor(1)).toBe(31);
  expect(await runsFor(50)).toBe(10);
  expect(await runsFor(5000)).toBe(3);
});

it('quantiles lie within the values, rise, and are those of values that are evenly spaced', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 1 }), (values) => {
      const sorted = [...values].sort((a, b) => a - b);
      const [low, median, high] = [0.25, 0.5, 0.75].map((part) => quantile(sorted, part)) as [number, number, number];
      expect(low <= median && median <= high).toBe(true);
      expect(low).toBeGreaterThanOrEqual(sorted[0] as number);
      expect(high).toBeLessThanOrEqual(sorted.at(-1) as number);
    }),
  );
  expect(quantile([0, 10, 20, 30], 0.25)).toBe(7.5);
});

it('reports progress up to 1, and stops when aborted', async () => {
  const { clock, calls: of } = calls([1], [1]);
  const seen: number[] = [];
  await measureLatency(of, { clock, runs: 4, onProgress: (done) => seen.push(done) });
  expect(seen).toEqual([0.25, 0.5, 0.75, 1, 1]);
  const controller = new AbortController();
  const stop = () => controller.abort(new Error('enough'));
  await expect(measureLatency(of, { clock, signal: controller.signal, onProgress: stop })).rejects.toThrow('enough');
});

describe('is refused:', () => {
  const fine = { original: () => {}, packed: () => {} };
  it.each<[string, object, MeasureLatencyOptions | object, string]>([
    ['one call', { original: () => {} }, {}, 'invalid-option'],
    ['an unknown option', fine, { rounds: 3 }, 'unknown-option'],
    ['no runs', fine, { runs: 0 }, 'invalid-option'],
    [
      'a clock that falls',
      fine,
      {
        clock: (() => {
          let now = 9;
          return () => now--;
        })(),
      },
      'invalid-option',
    ],
    ['a clock without numbers', fine, { clock: () => Number.NaN }, 'invalid-option'],
  ])('%s', async (_, of, options, code) => {
    await expect(measureLatency(of as never, options)).rejects.toMatchObject({ code });
  });
});
