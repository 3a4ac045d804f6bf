// Dictionary learning: the loop that improves atoms and codes in turn.
import {
  type Kernels,
  type Pace,
  type ProgressOptions,
  pacedProgress,
  partialProgress,
  type Random,
  reportProgress,
} from '@gcompress/core';
import { improvedDictionary } from './atom-update.ts';
import type { Codes, Dictionary } from './dictionary.ts';
import { firstAtoms } from './first-atoms.ts';
import { codeSignals, EXPLAINED } from './omp.ts';
import { energiesOf, pickSignals, type Signals, sum } from './signals.ts';
import { spanningDictionary } from './spanning-dictionary.ts';

/** Sizes and settings of the learning; see the options of the method. */
export interface LearnOptions {
  readonly atoms: number;
  readonly nonzeros: number;
  readonly iterations: number;
  readonly tolerance: number;
  readonly random: Random;
  /** Computes the matrix products. Default: the portable kernels. */
  readonly kernels?: Kernels | undefined;
}

/** The most signals for each atom that learning uses; with more signals, it uses a random sample. */
const SIGNALS_PER_ATOM = 64;
/** The most signals for each atom among which the first atoms are drawn. */
const SEEDS_PER_ATOM = 16;
/** Progress once the first atoms are drawn, and once a sample is learned. */
const FIRST_ATOMS = 0.05;
const LEARNED = 0.9;

/** Learned atoms and the codes of all signals. Learning starts from signals as atoms and improves codes and atoms in turn. */
export function learnDictionary(signals: Signals, options: LearnOptions, run: ProgressOptions): Dictionary {
  const { atoms: count, nonzeros, random, kernels } = options;
  const energies = energiesOf(signals.data, signals.length);
  reportProgress(run, 0);
  const order = random.shuffle(Int32Array.from(energies.keys()).filter((at) => energies[at] > 0));
  if (nonzeros >= count && count < order.length) return spanningDictionary(signals, count, run);
  const enough = SIGNALS_PER_ATOM * count;
  const sampled = order.length > enough;
  const sample = sampled ? pickSignals(signals, order.subarray(0, enough)) : signals;
  reportProgress(run, 0);
  const seeds = pickSignals(signals, order.subarray(0, SEEDS_PER_ATOM * count));
  const first = firstAtoms(seeds, count, random, stage(run, 0, FIRST_ATOMS));
  const learned = learn(sample, first, options, partialProgress(run, FIRST_ATOMS, sampled ? LEARNED : 1));
  if (!sampled) return learned;
  return { ...learned, codes: codeSignals(signals, learned.atoms, nonzeros, stage(run, LEARNED, 1), kernels) };
}

/** Reports the beginning of a stage, and then its progress. */
function stage(run: ProgressOptions, from: number, to: number): Pace {
  reportProgress(run, from);
  return pacedProgress(partialProgress(run, from, to));
}

function learn(
  signals: Signals,
  first: Float32Array,
  { nonzeros, iterations, tolerance, kernels }: LearnOptions,
  run: ProgressOptions,
): Dictionary {
  // One stage for the first codes, two for each iteration: atoms, then codes
  const stages = 2 * iterations + 1;
  const codes = codeSignals(signals, first, nonzeros, stage(run, 0, 1 / stages), kernels);
  let dictionary: Dictionary = { atoms: first, codes };
  let error = sum(dictionary.codes.errors);
  const negligible = EXPLAINED * sum(energiesOf(signals.data, signals.length));
  for (let done = 0; done < iterations && error > negligible; done++) {
    const [from, middle, to] = [2 * done + 1, 2 * done + 2, 2 * done + 3].map((count) => count / stages);
    const improved = improvedDictionary(signals, dictionary, stage(run, from, middle), kernels);
    const codes = codeSignals(signals, improved.atoms, nonzeros, stage(run, middle, to), kernels);
    keepBetter(codes, improved.codes);
    const previous = error;
    error = sum(codes.errors);
    if (error < previous) dictionary = { atoms: improved.atoms, codes };
    if (!(error <= previous * (1 - tolerance) ** 2)) break;
  }
  return dictionary;
}

/** Replaces each code that has a larger error than its counterpart in `others`: a new pursuit is not always better. */
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
