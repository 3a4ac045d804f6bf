// Removes unused atoms from factors and codes.
import { type Factorization, floatFactor } from '@gcompress/core';
import { layoutOf } from './layout.ts';
import { collectCodes, type DictLearnFactor, type SparseCodes, spreadCodes } from './sparse-codes.ts';

/** The factors without unused atoms; they keep one atom if no code uses any. */
export function withoutUnusedAtoms(factorization: Factorization<DictLearnFactor>): Factorization<DictLearnFactor> {
  const { atoms } = factorization.factors;
  const [count, length] = atoms.shape;
  const layout = layoutOf(factorization);
  const codes = collectCodes(factorization.factors, layout);
  const used = usedAtoms(codes.positions);
  if (used.length === count) return factorization;
  return {
    ...factorization,
    factors: {
      ...spreadCodes(renumbered(codes, used, count), layout, used.length),
      atoms: floatFactor([used.length, length], pickedAtoms(atoms.data, length, used)),
    },
  };
}

/** Ascending indices of the atoms that occur; `[0]` if no atom occurs. */
export function usedAtoms(positions: Int32Array): number[] {
  const used = [...new Set(positions)].sort((a, b) => a - b);
  return used.length > 0 ? used : [0];
}

/** The codes with new atom indices, after all except the `used` of `count` atoms are removed. */
export function renumbered(codes: SparseCodes, used: readonly number[], count: number): SparseCodes {
  const numbers = new Int32Array(count);
  for (const [to, from] of used.entries()) numbers[from] = to;
  return { ...codes, positions: codes.positions.map((position) => numbers[position]) };
}

/** The atoms with these indices. */
export function pickedAtoms(
  atoms: Float32Array | Int32Array,
  length: number,
  numbers: readonly number[],
): Float32Array {
  const picked = new Float32Array(numbers.length * length);
  for (const [to, from] of numbers.entries())
    picked.set(atoms.subarray(from * length, (from + 1) * length), to * length);
  return picked;
}
