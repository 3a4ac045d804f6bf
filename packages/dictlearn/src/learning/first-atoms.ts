// Chooses the starting atoms of the learning among the signals.
import type { Pace, Random } from '@gcompress/core';
import { energiesOf, type Signals, sum, unit } from './signals.ts';

/** A residual with a smaller part of the energy comes from rounding the atom to float32. */
const ROUNDING = 1e-13;
/** Below this part of the energy, a difference of squares has too few correct digits. */
const CANCELLED = 1e-4;

/**
 * Starting atoms `[k, L]`: signals at unit norm, and zeros if the signals have fewer than k directions. A signal is drawn with a
 * probability proportional to its residual energy beside the nearest earlier atom. This is the seeding of k-means++ (Arthur and
 * Vassilvitskii, 2007) for lines instead of points.
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

/** Energy of the part of a signal that is orthogonal to a direction; 0 if that part is rounding. */
function energyBeside(direction: Float32Array, data: Float32Array, at: number, energy: number): number {
  let along = 0;
  for (let i = 0; i < direction.length; i++) along += direction[i] * data[at + i];
  const difference = energy - along * along;
  if (difference > CANCELLED * energy) return difference;
  let beside = 0;
  for (let i = 0; i < direction.length; i++) beside += (data[at + i] - along * direction[i]) ** 2;
  return beside > ROUNDING * energy ? beside : 0;
}

/** An index drawn with probabilities proportional to the weights; −1 if all weights are zero. */
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
