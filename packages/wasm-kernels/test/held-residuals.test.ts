// Held residuals: fitted atoms, values and residuals beside plain arrays, and their life.
import { createRandom } from '@gcompress/linalg';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wasmKernels } from '../src/index.ts';

const kernels = await wasmKernels();

function normals(length: number, seed: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length }, () => random.normal());
}

function hold(rest: Float64Array, length: number) {
  const held = kernels.holdResiduals?.(rest, length);
  if (!held) throw new Error('These kernels hold no residuals');
  return held;
}

const unit = (vector: Float64Array) => vector.map((entry) => entry / Math.hypot(...vector));

/** One step of approximate K-SVD by its definition. */
function fitted(rest: Float64Array, length: number, atom: Float64Array, users: Int32Array, values: Float64Array) {
  const parts = Array.from(users, (user, i) =>
    Float64Array.from(atom, (entry, at) => rest[user * length + at] + values[i] * entry),
  );
  const better = unit(atom.map((_, at) => parts.reduce((sum, part, i) => sum + values[i] * part[at], 0)));
  const after = rest.slice();
  const coefficients = values.map((_, i) => parts[i].reduce((sum, entry, at) => sum + entry * better[at], 0));
  users.forEach((user, i) => {
    for (let at = 0; at < length; at++) after[user * length + at] = parts[i][at] - coefficients[i] * better[at];
  });
  return { better, coefficients, after };
}

const largest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, entry, i) => Math.max(most, Math.abs(entry - b[i])), 0);

it('fits atom, values and residuals as plain arrays do', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(1000),
      (count, length, step, seed) => {
        const rest = normals(count * length, seed).map(Math.fround);
        const users = Int32Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
        const values = normals(users.length, seed + 1);
        const atom = unit(normals(length, seed + 2)).map(Math.fround);
        const expected = fitted(rest, length, atom, users, values);
        // A fitted atom near zero has no direction that float32 could tell
        const scale = Math.hypot(...expected.coefficients);
        fc.pre(scale > 0.3 && Math.hypot(...values) > 0.3);
        const held = hold(rest, length);
        const single = Float32Array.from(atom);
        held.fitAtom(single, users, values);
        held.read(rest);
        held.release();
        expect(Math.hypot(...single)).toBeCloseTo(1, 5);
        expect(largest(single, expected.better)).toBeLessThan(2e-3);
        expect(largest(values, expected.coefficients)).toBeLessThan(2e-3 * (1 + scale));
        expect(largest(rest, expected.after)).toBeLessThan(2e-3 * (1 + scale));
      },
    ),
    { seed: 1 },
  );
});

it('leaves an atom without users or with values of zero as it is', () => {
  const held = hold(normals(12, 1), 3);
  const atom = Float32Array.of(0.6, 0, 0.8);
  held.fitAtom(atom, new Int32Array(0), new Float64Array(0));
  held.fitAtom(atom, Int32Array.of(0, 2), new Float64Array(2));
  expect([...atom]).toEqual([...Float32Array.of(0.6, 0, 0.8)]);
});

it('released residuals refuse to compute', () => {
  const held = hold(normals(4, 1), 2);
  held.release();
  expect(() => held.read(new Float64Array(4))).toThrow(expect.objectContaining({ code: 'disposed' }));
});
