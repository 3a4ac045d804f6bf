// The best dictionary when a signal may use every atom, by a singular value decomposition.
import type { ProgressOptions } from '@gcompress/core';
import { truncatedSvd } from '@gcompress/linalg';
import type { Dictionary } from './dictionary.ts';
import { energiesOf, type Signals } from './signals.ts';

/**
 * The best dictionary if a signal may use every atom: codes may then be any vectors, so the leading right singular vectors are the
 * best atoms (Eckart and Young, 1936).
 */
export function spanningDictionary(
  { count, length, data }: Signals,
  atomCount: number,
  { signal, onProgress }: ProgressOptions,
): Dictionary {
  const { u, s, v } = truncatedSvd({ shape: [count, length], data }, atomCount, { signal, onProgress });
  const atoms = new Float32Array(atomCount * length);
  for (let at = 0; at < atoms.length; at++) atoms[at] = v[(at % length) * atomCount + Math.floor(at / length)];
  const codes = {
    nonzeros: atomCount,
    counts: new Int32Array(count),
    positions: new Int32Array(count * atomCount),
    values: new Float64Array(count * atomCount),
    errors: energiesOf(data, length),
  };
  for (let number = 0; number < count; number++) {
    // A zero signal gets no code; rounding errors would give it a tiny code
    if (codes.errors[number] === 0) continue;
    codes.counts[number] = atomCount;
    for (let atom = 0, at = number * atomCount; atom < atomCount; atom++, at++) {
      codes.positions[at] = atom;
      codes.values[at] = u[at] * s[atom];
      codes.errors[number] -= codes.values[at] ** 2;
    }
  }
  return { atoms, codes };
}
