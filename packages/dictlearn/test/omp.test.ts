// Orthogonal matching pursuit, compared with a direct implementation.
import { createRandom } from '@gcompress/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeSignals } from '../src/learning/omp.ts';
import { type Signals, unit } from '../src/learning/signals.ts';

const normal = (count: number, length: number, seed: number): Signals => {
  const random = createRandom(seed);
  return { count, length, data: Float32Array.from({ length: count * length }, random.normal) };
};

const unitRows = ({ count, length, data }: Signals): Float32Array =>
  Float32Array.from(
    Array.from({ length: count }, (_, i) => [...unit(data.subarray(i * length, (i + 1) * length))]).flat(),
  );

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, x, i) => sum + x * b[i], 0);

/** The solution of positive definite equations, each with its right side as last entry, by elimination. */
function solve(equations: number[][]): number[] {
  for (const [p, pivot] of equations.entries()) {
    for (const [i, equation] of equations.entries()) {
      const part = i === p ? 0 : equation[p] / pivot[p];
      for (let j = p; j < equation.length; j++) equation[j] -= part * pivot[j];
    }
  }
  return equations.map((equation, i) => equation[equations.length] / equation[i]);
}

/** Orthogonal matching pursuit by its definition: residual, largest correlation, least squares. */
function pursue(signal: Float32Array, atoms: Float32Array[], nonzeros: number) {
  const chosen: number[] = [];
  let values: number[] = [];
  let rest = [...signal];
  while (chosen.length < nonzeros) {
    const correlations = atoms.map((atom, j) => (chosen.includes(j) ? 0 : Math.abs(dot(atom, rest))));
    chosen.push(correlations.indexOf(Math.max(...correlations)));
    const equations = chosen.map((i) => [...chosen.map((j) => dot(atoms[i], atoms[j])), dot(atoms[i], signal)]);
    values = solve(equations);
    rest = rest.map((_, l) => signal[l] - chosen.reduce((sum, j, i) => sum + values[i] * atoms[j][l], 0));
  }
  return { chosen, values, error: dot(rest, rest) };
}

describe('codeSignals', () => {
  it('gives the codes of a direct implementation of the definition', () => {
    const cases = fc.record({
      seed: fc.nat(),
      length: fc.integer({ min: 3, max: 12 }),
      atoms: fc.integer({ min: 5, max: 20 }),
      nonzeros: fc.integer({ min: 1, max: 3 }),
    });
    const holds = ({
      seed,
      length,
      atoms: count,
      nonzeros,
    }: {
      seed: number;
      length: number;
      atoms: number;
      nonzeros: number;
    }) => {
      const signals = normal(7, length, seed);
      const flat = unitRows(normal(count, length, seed + 1));
      const atoms = Array.from({ length: count }, (_, j) => flat.subarray(j * length, (j + 1) * length));
      const codes = codeSignals(signals, flat, nonzeros);
      for (let i = 0; i < signals.count; i++) {
        const expected = pursue(signals.data.subarray(i * length, (i + 1) * length), atoms, nonzeros);
        const [from, to] = [i * nonzeros, (i + 1) * nonzeros];
        expect(codes.counts[i]).toBe(nonzeros);
        expect([...codes.positions.subarray(from, to)]).toEqual(expected.chosen);
        for (const [at, value] of expected.values.entries()) expect(codes.values[from + at]).toBeCloseTo(value, 8);
        expect(codes.errors[i]).toBeCloseTo(expected.error, 8);
      }
    };
    fc.assert(fc.property(cases, holds), { numRuns: 60, seed: 1 });
  });

  it('is as exact with many nonzeros as with few', () => {
    const signals = normal(5, 60, 1);
    const flat = unitRows(normal(90, 60, 2));
    const atoms = Array.from({ length: 90 }, (_, j) => flat.subarray(j * 60, (j + 1) * 60));
    const codes = codeSignals(signals, flat, 30);
    for (let i = 0; i < 5; i++) {
      const expected = pursue(signals.data.subarray(i * 60, (i + 1) * 60), atoms, 30);
      expect([...codes.positions.subarray(i * 30, (i + 1) * 30)]).toEqual(expected.chosen);
      expect(codes.errors[i]).toBeCloseTo(expected.error, 8);
    }
  });

  it('codes a signal among many like the same signal alone', () => {
    const signals = normal(3000, 4, 1);
    const atoms = unitRows(normal(64, 4, 2));
    const codes = codeSignals(signals, atoms, 2);
    for (const i of [0, 1023, 1024, 2047, 2048, 2999]) {
      const alone = codeSignals({ count: 1, length: 4, data: signals.data.subarray(i * 4, (i + 1) * 4) }, atoms, 2);
      expect([...codes.positions.subarray(2 * i, 2 * i + 2)]).toEqual([...alone.positions]);
      expect([...codes.values.subarray(2 * i, 2 * i + 2)]).toEqual([...alone.values]);
    }
  });

  it('stops when the residual vanishes, and gives a zero signal no code', () => {
    const atoms = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
    const signals = { count: 3, length: 3, data: Float32Array.of(0, -2, 0, 0, 0, 0, 3, 0, 4) };
    const codes = codeSignals(signals, atoms, 3);
    expect([...codes.counts]).toEqual([1, 0, 2]);
    expect([...codes.positions]).toEqual([1, 0, 0, 0, 0, 0, 2, 0, 0]);
    expect([...codes.values]).toEqual([-2, 0, 0, 0, 0, 0, 4, 3, 0]);
    expect([...codes.errors]).toEqual([0, 0, 0]);
  });

  it('uses no atom twice, no atom in the span of the others and no zero atom', () => {
    const root = Math.SQRT1_2;
    const atoms = Float32Array.of(1, 0, 0, 1, 0, 0, 0, 1, 0, root, root, 0, 0, 0, 0);
    const codes = codeSignals({ count: 1, length: 3, data: Float32Array.of(3, 1, 1) }, atoms, 3);
    expect(codes.counts[0]).toBe(2);
    expect([...codes.positions.subarray(0, 2)]).toEqual([0, 2]);
    expect(codes.errors[0]).toBeCloseTo(1, 12);
  });
});
