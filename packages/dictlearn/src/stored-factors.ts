// Rounds learned atoms and codes to the exact values that a file can store.
import { type Factor, floatFactor } from '@gcompress/core';
import type { Layout } from './codes/layout.ts';
import { stepsFor } from './codes/packed-codes.ts';
import { type DictLearnFactor, spreadCodes, withoutZeros } from './codes/sparse-codes.ts';
import { pickedAtoms, renumbered, usedAtoms } from './codes/used-atoms.ts';
import type { Codes, Dictionary } from './learning/dictionary.ts';

/**
 * The factors of a dictionary exactly as they are read from a file: values rounded to their bits, and used atoms only. The largest value
 * of a code for each atom is 1 in magnitude, so the atoms carry the scale of the matrix.
 *
 * @param scale the factor that scaled the signals before learning.
 */
export function storedFactors(
  layout: Layout,
  { atoms, codes }: Dictionary,
  scale: number,
): Record<DictLearnFactor, Factor> {
  const { signalLength: length, valueBits } = layout;
  const count = atoms.length / length;
  const entries = entriesInOrder(codes);
  const positions = entries.map((at) => codes.positions[at]);
  const peaks = new Float64Array(count);
  for (const [i, at] of entries.entries()) {
    peaks[positions[i]] = Math.max(peaks[positions[i]], Math.abs(codes.values[at]));
  }
  const values = Float32Array.from(entries, (at, i) =>
    rounded(codes.values[at] / (peaks[positions[i]] || 1), valueBits),
  );
  const nonzero = withoutZeros({ counts: codes.counts, positions, values });
  const used = usedAtoms(nonzero.positions);
  const scaled = atoms.map((entry, at) => (entry * peaks[Math.floor(at / length)]) / scale);
  return {
    ...spreadCodes(renumbered(nonzero, used, count), layout, used.length),
    atoms: floatFactor([used.length, length], pickedAtoms(scaled, length, used)),
  };
}

/** Indices of all nonzeros in the codes, signal after signal, within a signal in the order of their atoms. */
function entriesInOrder({ counts, positions, nonzeros }: Codes): Int32Array {
  const entries = new Int32Array(counts.reduce((total, count) => total + count, 0));
  let end = 0;
  for (let signal = 0; signal < counts.length; signal++) {
    const start = end;
    for (let at = signal * nonzeros; at < signal * nonzeros + counts[signal]; at++) {
      let to = end++;
      for (; to > start && positions[entries[to - 1]] > positions[at]; to--) entries[to] = entries[to - 1];
      entries[to] = at;
    }
  }
  return entries;
}

/** The value, from −1 to 1, rounded to this many bits. */
function rounded(value: number, bits: number): number {
  return bits === 32 ? value : Math.round(value * stepsFor(bits)) / stepsFor(bits);
}
