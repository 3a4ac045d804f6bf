// Dictionary learning: recovery of hidden atoms, sampling and atom updates.
import { createRandom, relativeError } from '@gcompress/core';
import { goldenMatrix } from '@gcompress/fixtures';
import { singularValues } from '@gcompress/linalg';
import { normalMatrix } from '@gcompress/testkit';
import { describe, expect, it } from 'vitest';
import { dictLearn } from '../src/index.ts';
import { improvedDictionary } from '../src/learning/atom-update.ts';
import type { Codes } from '../src/learning/dictionary.ts';
import { learnDictionary } from '../src/learning/learn-dictionary.ts';
import { codeSignals } from '../src/learning/omp.ts';
import { type Signals, unit } from '../src/learning/signals.ts';

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

const LENGTH = 12;

/** Sums of some of eight hidden atoms with random strengths and signs, plus a little noise. */
function hiddenSignals(count: number, nonzeros: number) {
  const random = createRandom(3);
  const hidden = Array.from({ length: 8 }, () => unit(Float32Array.from({ length: LENGTH }, random.normal)));
  const data = Float32Array.from({ length: count * LENGTH }, () => 0.01 * random.normal());
  for (let i = 0; i < count; i++) {
    const order = random.shuffle([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const atom of order.slice(0, nonzeros)) {
      const value = (1 + random.uniform()) * (random.uniform() < 0.5 ? -1 : 1);
      for (let l = 0; l < LENGTH; l++) data[i * LENGTH + l] += value * hidden[atom][l];
    }
  }
  return { hidden, signals: { count, length: LENGTH, data } };
}

const errorOf = (codes: Codes, { data }: Signals) =>
  Math.sqrt(sum(codes.errors) / sum(data.map((entry) => entry * entry)));

describe('learnDictionary', () => {
  const options = { atoms: 10, iterations: 30, tolerance: 0, random: createRandom(0) };

  it('finds the atoms that generated the signals', () => {
    const { hidden, signals } = hiddenSignals(400, 1);
    const { atoms, codes } = learnDictionary(signals, { ...options, nonzeros: 1 }, {});
    for (const atom of hidden) {
      const cosines = Array.from({ length: 10 }, (_, j) => sum(atom.map((x, l) => x * atoms[j * LENGTH + l])));
      expect(Math.max(...cosines.map(Math.abs))).toBeGreaterThan(0.999);
    }
    expect(errorOf(codes, signals)).toBeLessThan(0.03);
  });

  it('learns from a sample of many signals and codes all of them', () => {
    const { signals } = hiddenSignals(3000, 2);
    const { codes } = learnDictionary(signals, { ...options, nonzeros: 2 }, {});
    expect(codes.counts.length).toBe(3000);
    const untrained = learnDictionary(signals, { ...options, nonzeros: 2, iterations: 0 }, {});
    expect(errorOf(codes, signals)).toBeLessThan(0.7 * errorOf(untrained.codes, signals));
  });
});

describe('improvedDictionary', () => {
  const { signals } = hiddenSignals(60, 2);
  const unitAt = (numbers: number[]) =>
    Float32Array.from(numbers.flatMap((i) => [...unit(signals.data.subarray(i * 12, (i + 1) * 12))]));

  it('lowers the error with the same support and returns the error', () => {
    const atoms = unitAt([0, 1, 2, 3, 4, 5]);
    const codes = codeSignals(signals, atoms, 2);
    const improved = improvedDictionary(signals, { atoms, codes });
    expect(sum(improved.codes.errors)).toBeLessThan(sum(codes.errors));
    for (let i = 0; i < signals.count; i++) {
      let error = 0;
      for (let l = 0; l < 12; l++) {
        let rest = signals.data[i * 12 + l];
        for (let at = 2 * i; at < 2 * i + codes.counts[i]; at++) {
          rest -= improved.codes.values[at] * improved.atoms[codes.positions[at] * 12 + l];
        }
        error += rest * rest;
      }
      expect(improved.codes.errors[i]).toBeCloseTo(error, 6);
    }
    expect(sum(improved.atoms.subarray(0, 12).map((x) => x * x))).toBeCloseTo(1, 6);
  });

  it('replaces unused and repeated atoms by the signals with the largest errors', () => {
    const atoms = unitAt([0, 1, 0, 3]);
    atoms.fill(0, 36);
    const codes = codeSignals(signals, atoms, 1);
    const before = codes.values.slice();
    const improved = improvedDictionary(signals, { atoms, codes });
    expect(codes.values).toEqual(before);
    const rows = [0, 1, 2, 3].map((j) => improved.atoms.subarray(j * 12, (j + 1) * 12));
    for (const row of rows) expect(sum(row.map((x) => x * x))).toBeCloseTo(1, 6);
    const cosine = (a: Float32Array, b: Float32Array) => Math.abs(sum(a.map((x, l) => x * b[l])));
    for (const [i, j] of [
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3],
    ])
      expect(cosine(rows[i], rows[j])).toBeLessThan(0.9999);
  });

  it('keeps an unused atom zero when no signal has a residual', () => {
    const few = { count: 2, length: 2, data: Float32Array.of(1, 0, 0, 0.5) };
    const atoms = Float32Array.of(1, 0, 0, 1, 0, 0);
    const improved = improvedDictionary(few, { atoms, codes: codeSignals(few, atoms, 1) });
    expect([...improved.atoms]).toEqual([1, 0, 0, 1, 0, 0]);
  });
});

it('more iterations never make the error larger', () => {
  const original = goldenMatrix('normal-24x16');
  const errors = [0, 1, 2, 3, 5, 8, 13, 30].map((iterations) =>
    relativeError(
      original,
      dictLearn({ atoms: 10, nonzeros: 3, iterations, tolerance: 0 }).compress(original).decompress(),
    ),
  );
  for (const [i, error] of errors.entries()) expect(error).toBeLessThanOrEqual((errors[i - 1] ?? 1) + 1e-7);
  expect(errors[7]).toBeLessThan(0.9 * errors[0]);
});

it('a larger tolerance ends the iterations earlier', () => {
  const original = normalMatrix([60, 12], 6);
  const seen = (tolerance: number) => {
    let calls = 0;
    dictLearn({ atoms: 20, nonzeros: 3, iterations: 30, tolerance }).compress(original, { onProgress: () => calls++ });
    return calls;
  };
  expect(seen(0.05)).toBeLessThan(seen(0) / 2);
});

it('a dictionary whose signals may use every atom has the error of the best factors of the same rank', () => {
  const original = goldenMatrix('decay-80x64');
  const compressed = dictLearn({ atoms: 10, nonzeros: 10 }).compress(original);
  const values = singularValues(original);
  const best = Math.sqrt(sum(values.subarray(10).map((s) => s * s)) / sum(values.map((s) => s * s)));
  expect(relativeError(original, compressed.decompress())).toBeCloseTo(best, 4);
});
