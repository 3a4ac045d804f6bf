import type { CompressOptions, Random } from '@gcompress/core';
import { improvedDictionary } from './atom-update.ts';
import type { Codes, Dictionary } from './dictionary.ts';
import { firstAtoms } from './first-atoms.ts';
import { codeSignals, EXPLAINED } from './omp.ts';
import { energiesOf, pickSignals, type Signals, sum } from './signals.ts';
import { spanningDictionary } from './spanning-dictionary.ts';

/** What a dictionary is learned with; see the options of the method. */
export interface LearnOptions {
  readonly atoms: number;
  readonly nonzeros: number;
  readonly iterations: number;
  readonly tolerance: number;
  readonly random: Random;
}

/** Signals that atoms are learned from, for each atom; with more, only a random choice of them is used. */
const SIGNALS_PER_ATOM = 64;
/** Signals that the first atoms are drawn from, for each atom. */
const SEEDS_PER_ATOM = 16;

/** Atoms that suit the signals, and the codes of all signals. Atoms begin as signals; then codes and atoms improve in turn. */
export function learnDictionary(signals: Signals, options: LearnOptions, run: CompressOptions): Dictionary {
  const { atoms: count, nonzeros, random } = options;
  const energies = energiesOf(signals.data, signals.length);
  const order = random.shuffle(Int32Array.from(energies.keys()).filter((at) => energies[at] > 0));
  if (nonzeros >= count && count < order.length) return spanningDictionary(signals, count, run);
  const enough = SIGNALS_PER_ATOM * count;
  const sampled = order.length > enough;
  const sample = sampled ? pickSignals(signals, order.subarray(0, enough)) : signals;
  const first = firstAtoms(pickSignals(signals, order.subarray(0, SEEDS_PER_ATOM * count)), count, random);
  const { atoms, codes } = learn(sample, first, options, run);
  run.signal?.throwIfAborted();
  const dictionary = { atoms, codes: sampled ? codeSignals(signals, atoms, nonzeros) : codes };
  run.onProgress?.(1);
  return dictionary;
}

function learn(
  signals: Signals,
  first: Float32Array,
  { nonzeros, iterations, tolerance }: LearnOptions,
  { signal, onProgress }: CompressOptions,
): Dictionary {
  let dictionary: Dictionary = { atoms: first, codes: codeSignals(signals, first, nonzeros) };
  let error = sum(dictionary.codes.errors);
  const negligible = EXPLAINED * sum(energiesOf(signals.data, signals.length));
  for (let done = 0; done < iterations && error > negligible; done++) {
    signal?.throwIfAborted();
    onProgress?.(done / (iterations + 1));
    const improved = improvedDictionary(signals, dictionary);
    const codes = codeSignals(signals, improved.atoms, nonzeros);
    keepBetter(codes, improved.codes);
    const previous = error;
    error = sum(codes.errors);
    if (error < previous) dictionary = { atoms: improved.atoms, codes };
    if (!(error <= previous * (1 - tolerance) ** 2)) break;
  }
  return dictionary;
}

/** Puts codes of `others` in the place of those of `codes` that leave more: coded anew is not always coded better. */
function keepBetter(codes: Codes, others: Codes): void {
  const { nonzeros } = codes;
  for (let signal = 0; signal < codes.counts.length; signal++) {
    if (!(others.errors[signal] < codes.errors[signal])) continue;
    const first = signal * nonzeros;
    codes.positions.set(others.positions.subarray(first, first + nonzeros), first);
    codes.values.set(others.values.subarray(first, first + nonzeros), first);
    codes.counts[signal] = others.counts[signal];
    codes.errors[signal] = others.errors[signal];
  }
}
