// The signals that learning starts from as atoms.
import type { Pace, Random } from '@gcompress/core';
import { energiesOf, type Signals, sum, unit } from './signals.ts';

/** Part of the energy of a signal below which what an atom leaves of it is rounding of the atom to float32. */
const ROUNDING = 1e-13;
/** Part of the energy below which a difference of squares has too few digits left. */
const CANCELLED = 1e-4;

/**
 * Signals at unit norm to begin with, `[k, L]`, zero where they have fewer directions than that. Each is drawn with a
 * probability in proportion to what the nearest of those before it leaves of its energy: the seeding of k-means++ (Arthur and
 * Vassilvitskii, 2007), for lines instead of points.
 */
export function firstAtoms(
  { count, length, data }: Signals,
  atomCount: number,
  random: Random,
  pace: Pace = () => {},
): Float32Array {
  const atoms = new Float32Array(atomCount * length);
  const energies = energiesOf(data, length);
  const left = energies.slice();
  for (let atom = 0; atom < atomCount; atom++) {
    const drawn = draw(left, random);
    if (drawn < 0) break;
    const direction = unit(data.subarray(drawn * length, (drawn + 1) * length));
    atoms.set(direction, atom * length);
    for (let signal = 0; signal < count; signal++) {
      const rest = energyBeside(direction, data, signal * length, energies[signal]);
      if (rest < left[signal]) left[signal] = rest;
    }
    pace(data.length, (atom + 1) / atomCount);
  }
  return atoms;
}

/** Energy of the part of a signal that is orthogonal to a direction; 0 where it is rounding. */
function energyBeside(direction: Float32Array, data: Float32Array, at: number, energy: number): number {
  let along = 0;
  for (let i = 0; i < direction.length; i++) along += direction[i] * data[at + i];
  const difference = energy - along * along;
  if (difference > CANCELLED * energy) return difference;
  let beside = 0;
  for (let i = 0; i < direction.length; i++) beside += (data[at + i] - along * direction[i]) ** 2;
  return beside > ROUNDING * energy ? beside : 0;
}

/** A place drawn with probabilities in proportion to the weights, −1 when all are zero. */
function draw(weights: Float64Array, random: Random): number {
  let target = random.uniform() * sum(weights);
  let drawn = -1;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    drawn = i;
    target -= weights[i];
    if (target < 0) break;
  }
  return drawn;
}
