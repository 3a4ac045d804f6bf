// Sums by segment on wasm equal those of cpu.
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectAgreement, normal, on, startBackends } from './both-backends.ts';

beforeAll(startBackends);

describe('UnsortedSegmentSum on wasm', () => {
  it('equals cpu for any ids, also those outside, and any rank', () => {
    const cases = fc.record({
      ids: fc.array(fc.integer({ min: -3, max: 8 }), { minLength: 1, maxLength: 12 }),
      rest: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
      segments: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(cases, ({ ids, rest, segments }) => {
        expectAgreement(() =>
          tf.unsortedSegmentSum(normal([ids.length, ...rest], 1), tf.tensor1d(ids, 'int32'), segments),
        );
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it('gives zeros to segments that no id names, on a heap that was used before', () => {
    tf.fill([50, 40], 7).dispose();
    const { shape, values } = on('wasm', () =>
      tf.unsortedSegmentSum(tf.ones([2, 40]), tf.tensor1d([3, 3], 'int32'), 50),
    );
    expect(shape).toEqual([50, 40]);
    expect(values.filter((value, i) => value !== (Math.floor(i / 40) === 3 ? 2 : 0))).toEqual([]);
  });

  it('keeps int32 values exact', () => {
    const { values } = on('wasm', () =>
      tf.unsortedSegmentSum(tf.tensor2d([[16777217], [1], [5]], [3, 1], 'int32'), tf.tensor1d([1, 1, 0], 'int32'), 2),
    );
    expect(values).toEqual([5, 16777218]);
  });

  it('is the gradient of gather along any axis', () => {
    const indices = [2, 0, 2, 4, 2];
    for (const axis of [0, 1, 2]) {
      expectAgreement(() =>
        tf.grad((x) => tf.sum(tf.square(tf.gather(x, tf.tensor1d(indices, 'int32'), axis))))(normal([5, 6, 5], 4)),
      );
    }
  });
});
