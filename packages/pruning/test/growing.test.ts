// Gradual pruning: the sparsity, factors and plan at each training step.
import { cpuOps } from '@gcompress/core';
import { describe, expect, it } from 'vitest';
import {
  type GrowingSparsity,
  type PrunedKMeansOptions,
  type PruningOptions,
  pruned,
  prunedFormat,
  prunedKMeans,
  prunedKMeansFormat,
  sparsityAt,
} from '../src/index.ts';
import { expectRefusal, nonzeros, randomMatrix } from './support.ts';

const a = randomMatrix([20, 10]);
const sparsity: GrowingSparsity = { target: 0.9, begin: 10, end: 20, steps: { frequency: 4 } };
const inForce = (step: number, growth = sparsity) => pruned({ sparsity: growth }).atStep?.(step).options.sparsity;

describe('a sparsity that grows', () => {
  it('equals the sparsity of the last step that made a mask', () => {
    expect([-1, 0, 9].map((step) => inForce(step))).toEqual([0, 0, 0]);
    expect([10, 13, 14, 17, 18, 21, 22, 1000].map((step) => inForce(step))).toEqual(
      [10, 10, 14, 14, 18, 18, 20, 20].map((step) => sparsityAt(step, { target: 0.9, begin: 10, end: 20 })),
    );
    expect(inForce(22)).toBe(0.9);
  });

  it('stays where the last mask left it', () => {
    const stopped = { ...sparsity, steps: { begin: 12, end: 15, frequency: 3 } };
    const at = (step: number) => sparsityAt(step, { target: 0.9, begin: 10, end: 20 });
    expect([11, 12, 14, 15, 16, 500].map((step) => inForce(step, stopped))).toEqual([
      0,
      at(12),
      at(12),
      at(15),
      at(15),
      at(15),
    ]);
    const compressed = pruned({ sparsity: stopped }).compress(a);
    expect(nonzeros(compressed.decompress())).toBe(Math.round(200 * (1 - at(15))));
  });

  it('may begin above zero, with the first mask', () => {
    expect([-1, 0].map((step) => inForce(step, { initial: 0.3, target: 0.6 }))).toEqual([0, 0.3]);
  });

  it('is completed by its defaults, and the completed options make an equal compressor', () => {
    const { options } = prunedKMeans({ sparsity: { target: 0.8, begin: 5 } });
    expect(options).toEqual({
      sparsity: {
        initial: 0,
        target: 0.8,
        begin: 5,
        end: 100,
        exponent: 3,
        steps: { begin: 5, end: -1, frequency: 10 },
      },
      structure: 'entries',
      seed: 0,
      allowLarger: false,
      levels: 16,
    });
    expect(prunedKMeans(options as unknown as PrunedKMeansOptions).options).toEqual(options);
  });

  it('is the final sparsity outside training', () => {
    const fixed = pruned({ sparsity: 0.9 }).compress(a);
    expect(pruned({ sparsity }).compress(a).factors).toEqual(fixed.factors);
    expect(pruned({ sparsity: 0.9 }).atStep).toBeUndefined();
  });

  it('plans factors for all entries, and the final bytes', () => {
    const [growing, fixed] = [prunedKMeans({ sparsity, levels: 64 }), prunedKMeans({ sparsity: 0.9, levels: 64 })];
    const plan = growing.plan(a.shape);
    expect(plan.config.levels).toBe(64);
    expect(plan.byteLength).toBe(fixed.plan(a.shape).byteLength);
    for (const step of [-1, 12, 16, 30]) {
      const { factors } = (growing.atStep?.(step) ?? growing).compress(a) as ReturnType<typeof growing.compress>;
      for (const name of ['codebook', 'kept', 'encoding'] as const) {
        expect(factors[name].shape).toEqual(plan.factors[name].shape);
      }
    }
  });

  it.each<[string, unknown, string]>([
    ['a target of 1', { target: 1 }, 'invalid-option'],
    ['an end before the beginning', { begin: 5, end: 4 }, 'invalid-option'],
    ['masks that end before they begin', { begin: 5, end: 9, steps: { end: 3 } }, 'invalid-option'],
    ['a frequency of 0', { steps: { frequency: 0 } }, 'invalid-option'],
    ['a misspelt option', { targt: 0.5 }, 'unknown-option'],
    ['a misspelt step', { steps: { freqency: 5 } }, 'unknown-option'],
    ['a number as steps', { steps: 5 }, 'invalid-option'],
  ])('refuses %s', (_, growth, code) => {
    expectRefusal(() => pruned({ sparsity: growth } as PruningOptions), code);
    expectRefusal(() => prunedKMeans({ sparsity: growth } as PrunedKMeansOptions), code);
  });

  it('is refused with m of n, or beside another size', () => {
    expectRefusal(() => pruned({ sparsity, structure: { m: 2, n: 4 } } as never), 'invalid-option');
    expectRefusal(() => pruned({ sparsity, ratio: 2 } as never), 'invalid-option');
  });
});

describe('the masked matrix of remaining', () => {
  const other = randomMatrix([20, 10], 2);

  it('has the kept entries and zeros elsewhere', () => {
    const plain = pruned({ sparsity: 0.7 }).compress(a);
    const coded = prunedKMeans({ sparsity: 0.7 }).compress(a);
    const expected = other.data.map((entry, at) => (plain.factors.mask.data[at] === 1 ? entry : 0));
    const results = [
      prunedFormat.remaining?.(cpuOps, other, plain.factors, plain),
      prunedKMeansFormat.remaining?.(cpuOps, other, coded.factors, coded),
    ];
    for (const result of results) expect(result?.data.map((entry) => entry + 0)).toEqual(expected);
  });
});
