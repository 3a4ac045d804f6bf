// Updates the atoms for given codes by approximate K-SVD.
import type { Kernels, Pace } from '@gcompress/core';
import type { HeldResiduals } from '@gcompress/core/hosts';
import type { Codes, Dictionary } from './dictionary.ts';
import { innerProducts } from './omp.ts';
import { energiesOf, type Signals, unit } from './signals.ts';

/** Updates of each atom before the signals are coded again (Smith and Elad, 2013). */
const SWEEPS = 4;
/** Progress once the residual is computed, and once all atoms are updated. */
const SUBTRACTED = 0.1;
const IMPROVED = 0.9;
/** Time of kernels that hold residuals, as a part of that of plain arrays. */
const PART_OF_PLAIN = 1 / 8;
/** Atoms with a larger cosine count as the same. */
const SAME = 1 - 1e-7;
/** A residual with a smaller squared norm is rounding; entries of the matrix are at most 1. */
const NOTHING = 1e-14;

/**
 * Better atoms by approximate K-SVD (Rubinstein, Zibulevsky and Elad, 2008). Each atom in turn is fitted to the signals that use it,
 * and then their values are fitted to the atom. The support of every code stays. Unused and repeated atoms are replaced by the
 * signals with the largest errors.
 *
 * @param kernels fit the atoms if they hold residuals. Default: plain arrays.
 */
export function improvedDictionary(
  signals: Signals,
  { atoms, codes }: Dictionary,
  pace: Pace = () => {},
  kernels?: Kernels,
): Dictionary {
  const { length } = signals;
  const improved = atoms.slice();
  const count = atoms.length / length;
  const values = codes.values.slice();
  const rest = restOf(signals, atoms, codes, (operations, done) => pace(operations, SUBTRACTED * done));
  const { starts, entries } = entriesByAtom(codes, count);
  const held = kernels?.holdResiduals?.(rest, length);
  const operations = 4 * length * (held ? PART_OF_PLAIN : 1);
  try {
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      for (let atom = 0; atom < count; atom++) {
        const users = entries.subarray(starts[atom], starts[atom + 1]);
        const own = improved.subarray(atom * length, (atom + 1) * length);
        if (held) improveHeld(own, users, codes.nonzeros, values, held);
        else improveAtom(own, users, codes.nonzeros, values, rest);
        pace(
          operations * users.length,
          SUBTRACTED + ((IMPROVED - SUBTRACTED) * (sweep * count + atom + 1)) / (SWEEPS * count),
        );
      }
    }
    held?.read(rest);
  } finally {
    held?.release();
  }
  const repeated = repeatedAtoms(improved, length, (operations, done) =>
    pace(operations, IMPROVED + (1 - IMPROVED) * done),
  );
  const useless = Array.from(repeated.keys()).filter((atom) => repeated[atom] || starts[atom] === starts[atom + 1]);
  const errors = energiesOf(rest, length);
  for (const atom of useless) {
    for (const entry of entries.subarray(starts[atom], starts[atom + 1])) {
      errors[Math.floor(entry / codes.nonzeros)] = Number.POSITIVE_INFINITY;
    }
  }
  if (useless.length > 0) replaceAtoms(signals, improved, useless, rest);
  return { atoms: improved, codes: { ...codes, values, errors } };
}

/** The residual of the signals, `[s, L]`. */
function restOf({ count, length, data }: Signals, atoms: Float32Array, codes: Codes, pace: Pace): Float64Array {
  const rest = Float64Array.from(data);
  for (let signal = 0; signal < count; signal++) {
    const first = signal * codes.nonzeros;
    for (let at = first; at < first + codes.counts[signal]; at++) {
      const atom = codes.positions[at] * length;
      for (let i = 0; i < length; i++) rest[signal * length + i] -= codes.values[at] * atoms[atom + i];
    }
    pace((codes.counts[signal] + 1) * length, (signal + 1) / count);
  }
  return rest;
}

/** The code entries of each atom: entries of atom j are `entries[starts[j]] … entries[starts[j + 1] − 1]`. */
function entriesByAtom({ counts, positions, nonzeros }: Codes, atoms: number) {
  const starts = new Int32Array(atoms + 1);
  const forEachEntry = (visit: (entry: number) => void) => {
    for (let signal = 0; signal < counts.length; signal++) {
      for (let i = 0; i < counts[signal]; i++) visit(signal * nonzeros + i);
    }
  };
  forEachEntry((entry) => starts[positions[entry] + 1]++);
  for (let atom = 0; atom < atoms; atom++) starts[atom + 1] += starts[atom];
  const next = starts.slice();
  const entries = new Int32Array(starts[atoms]);
  forEachEntry((entry) => {
    entries[next[positions[entry]]++] = entry;
  });
  return { starts, entries };
}

/** Fits the atom to its users while their other atoms stay, and then fits each of their values to the new atom. */
function improveAtom(
  atom: Float32Array,
  users: Int32Array,
  nonzeros: number,
  values: Float64Array,
  rest: Float64Array,
): void {
  const length = atom.length;
  const better = new Float64Array(length);
  let energy = 0;
  for (const entry of users) {
    const value = values[entry];
    const at = Math.floor(entry / nonzeros) * length;
    energy += value * value;
    for (let i = 0; i < length; i++) better[i] += value * rest[at + i];
  }
  let squares = 0;
  for (let i = 0; i < length; i++) {
    better[i] += energy * atom[i];
    squares += better[i] * better[i];
  }
  if (!(squares > 0)) return;
  let cosine = 0;
  for (let i = 0; i < length; i++) {
    // The codes must fit the atom as float32 holds it
    better[i] = Math.fround(better[i] / Math.sqrt(squares));
    cosine += better[i] * atom[i];
  }
  for (const entry of users) {
    const value = values[entry];
    const at = Math.floor(entry / nonzeros) * length;
    let fitted = value * cosine;
    for (let i = 0; i < length; i++) fitted += rest[at + i] * better[i];
    for (let i = 0; i < length; i++) rest[at + i] += value * atom[i] - fitted * better[i];
    values[entry] = fitted;
  }
  atom.set(better);
}

/** {@link improveAtom} by kernels that hold the residuals. */
function improveHeld(
  atom: Float32Array,
  users: Int32Array,
  nonzeros: number,
  values: Float64Array,
  held: HeldResiduals,
): void {
  const own = Float64Array.from(users, (entry) => values[entry]);
  held.fitAtom(
    atom,
    users.map((entry) => Math.floor(entry / nonzeros)),
    own,
  );
  for (let i = 0; i < own.length; i++) values[users[i]] = own[i];
}

/** For each atom: true if an earlier atom has the same direction. */
function repeatedAtoms(atoms: Float32Array, length: number, pace: Pace): boolean[] {
  const count = atoms.length / length;
  const cosines = innerProducts(atoms, length, pace);
  return Array.from({ length: count }, (_, atom) =>
    cosines.subarray(atom * count, atom * count + atom).some((cosine) => Math.abs(cosine) > SAME),
  );
}

/** Replaces these atoms by the signals with the largest residuals, or by zeros where the residuals are rounding. */
function replaceAtoms(signals: Signals, atoms: Float32Array, replaced: number[], rest: Float64Array): void {
  const { length, data } = signals;
  const left = energiesOf(rest, length);
  const worst = Array.from(left.keys()).sort((a, b) => left[b] - left[a] || a - b);
  for (const [i, atom] of replaced.entries()) {
    const signal = worst[i];
    const useful = signal !== undefined && left[signal] > NOTHING;
    const source = data.subarray(signal * length, (signal + 1) * length);
    atoms.set(useful ? unit(source) : new Float32Array(length), atom * length);
  }
}
