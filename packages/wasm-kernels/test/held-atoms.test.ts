// Held atoms: codes beside those of plain arrays, signals that float32 cannot code, and their life.
import type { HeldAtoms, Pursuit } from '@gcompress/core/hosts';
import { createRandom, gram } from '@gcompress/linalg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeSignals } from '../../dictlearn/src/learning/omp.ts';
import { wasmKernels } from '../src/index.ts';

const kernels = await wasmKernels();

function normals(length: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length }, () => random.normal() / 8);
}

function unitRows(count: number, length: number, seed: number): Float32Array {
  const rows = normals(count * length, seed);
  for (let row = 0; row < count; row++) {
    const own = rows.subarray(row * length, (row + 1) * length);
    const norm = Math.hypot(...own);
    for (let i = 0; i < length; i++) own[i] /= norm;
  }
  return rows;
}

function hold(atoms: Float32Array, length: number): HeldAtoms {
  const count = atoms.length / length;
  const columns = Float32Array.from(atoms, (_, at) => atoms[(at % count) * length + Math.floor(at / count)]);
  const held = kernels.holdAtoms?.(atoms, length, gram({ shape: [length, count], data: columns }).data);
  if (!held) throw new Error('These kernels hold no atoms');
  return held;
}

function pursue(held: HeldAtoms, signals: Float32Array, length: number, nonzeros: number): Pursuit {
  const count = signals.length / length;
  const errors = Float64Array.from({ length: count }, (_, signal) =>
    signals.subarray(signal * length, (signal + 1) * length).reduce((sum, entry) => sum + entry * entry, 0),
  );
  const codes = {
    nonzeros,
    counts: new Int32Array(count),
    positions: new Int32Array(count * nonzeros),
    values: new Float64Array(count * nonzeros),
    errors,
  };
  held.pursue(signals, codes);
  return codes;
}

/** The squared norm of a signal minus its code. */
function residualOf(
  signals: Float32Array,
  atoms: Float32Array,
  length: number,
  codes: Pursuit,
  signal: number,
): number {
  const rest = Float64Array.from(signals.subarray(signal * length, (signal + 1) * length));
  for (let i = 0, at = signal * codes.nonzeros; i < codes.counts[signal]; i++, at++) {
    for (let entry = 0; entry < length; entry++) {
      rest[entry] -= codes.values[at] * atoms[codes.positions[at] * length + entry];
    }
  }
  return rest.reduce((sum, entry) => sum + entry * entry, 0);
}

const cases = fc.record({
  count: fc.integer({ min: 0, max: 70 }),
  length: fc.integer({ min: 1, max: 37 }),
  atoms: fc.integer({ min: 1, max: 150 }),
  nonzeros: fc.integer({ min: 1, max: 9 }),
  seed: fc.nat(1000),
});

describe('pursue', () => {
  it('finds the codes of plain arrays, or says that float32 is not accurate enough', () => {
    let coded = 0;
    fc.assert(
      fc.property(cases, ({ count, length, atoms, nonzeros, seed }) => {
        const most = Math.min(nonzeros, atoms);
        const signals = normals(count * length, seed);
        const rows = unitRows(atoms, length, seed + 1);
        const held = hold(rows, length);
        const codes = pursue(held, signals, length, most);
        held.release();
        const plain = codeSignals({ count, length, data: signals }, rows, most);
        for (let signal = 0; signal < count; signal++) {
          if (codes.counts[signal] < 0) continue;
          coded++;
          const own = codes.positions.subarray(signal * most, signal * most + codes.counts[signal]);
          const energy = residualOf(signals, rows, length, { ...codes, counts: new Int32Array(count) }, signal);
          expect(new Set(own).size).toBe(own.length);
          expect(Math.abs(residualOf(signals, rows, length, codes, signal) - codes.errors[signal])).toBeLessThan(
            1e-5 * energy,
          );
          const expected = plain.positions.subarray(signal * most, signal * most + plain.counts[signal]);
          // Two atoms with nearly the same correlation may swap; the residual is then another one
          if (own.join() !== expected.join()) continue;
          expect(Math.abs(codes.errors[signal] - plain.errors[signal])).toBeLessThan(1e-5 * energy);
        }
      }),
      { seed: 1 },
    );
    expect(coded).toBeGreaterThan(1000);
  });

  it.each([
    [64, 256, 8],
    [7, 63, 3],
    [130, 257, 12],
    [2, 128, 1],
  ])(
    'chooses the atoms of plain arrays for nearly all signals: length %i, %i atoms, %i nonzeros',
    (length, atoms, nonzeros) => {
      const signals = normals(200 * length, 1);
      const rows = unitRows(atoms, length, 2);
      const held = hold(rows, length);
      const codes = pursue(held, signals, length, nonzeros);
      const plain = codeSignals({ count: 200, length, data: signals }, rows, nonzeros);
      const same = Array.from(codes.counts.keys()).filter((signal) => {
        const [from, to] = [signal * nonzeros, (signal + 1) * nonzeros];
        return codes.positions.subarray(from, to).join() === plain.positions.subarray(from, to).join();
      });
      expect(same.length).toBeGreaterThan(190);
      for (const signal of same) {
        for (let at = signal * nonzeros; at < (signal + 1) * nonzeros; at++) {
          expect(Math.abs(codes.values[at] - plain.values[at])).toBeLessThan(2e-5);
        }
      }
    },
  );

  it('gives a zero signal no code, and one atom times a number exactly one', () => {
    const atoms = unitRows(40, 9, 3);
    const held = hold(atoms, 9);
    const signals = new Float32Array(18);
    signals.set(atoms.subarray(9, 18), 9);
    const codes = pursue(held, signals, 9, 1);
    expect([...codes.counts]).toEqual([0, 1]);
    expect(codes.positions[1]).toBe(1);
    expect(codes.values[1]).toBeCloseTo(1, 6);
    expect(codes.errors[0]).toBe(0);
  });

  it('leaves signals that few atoms explain, and codes of nearly equal atoms, to plain arrays', () => {
    const atoms = Float32Array.of(1, 0, 0, Math.cos(0.001), Math.sin(0.001), 0);
    const held = hold(atoms, 3);
    const codes = pursue(held, Float32Array.of(0.5, 0.001, 0, 0.5, 0.4, 0), 3, 2);
    expect([...codes.counts]).toEqual([-1, -1]);
    expect(codes.errors[1]).toBeCloseTo(0.41, 6);
  });

  it('codeSignals codes those signals as it does without kernels', () => {
    const atoms = unitRows(30, 12, 4);
    const signals = new Float32Array(50 * 12);
    const random = createRandom(5);
    for (let signal = 0; signal < 50; signal++) {
      for (let term = 0; term < 3; term++) {
        const atom = random.integer(30);
        for (let i = 0; i < 12; i++) signals[signal * 12 + i] += (atoms[atom * 12 + i] * (1 + term)) / 8;
      }
    }
    const plain = codeSignals({ count: 50, length: 12, data: signals }, atoms, 6);
    const codes = codeSignals({ count: 50, length: 12, data: signals }, atoms, 6, undefined, kernels);
    expect(codes.counts).toEqual(plain.counts);
    const largest = Math.max(...codes.errors.map((error, signal) => Math.abs(error - plain.errors[signal])));
    expect(largest).toBeLessThan(1e-6);
  });
});

it('released atoms refuse to compute', () => {
  const held = hold(unitRows(3, 2, 1), 2);
  held.release();
  expect(() => pursue(held, new Float32Array(2), 2, 1)).toThrow(expect.objectContaining({ code: 'disposed' }));
});
