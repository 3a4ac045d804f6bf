// Quality measures: compare the outputs of a small model with the outputs of the original.
import type { Outputs } from './run-model.ts';

/** A measure of quality, and how its numbers are printed. */
export interface Measure {
  /** Titles of the numbers. */
  readonly titles: readonly string[];
  compare(original: Outputs, other: Outputs): readonly number[];
  print(numbers: readonly number[]): readonly string[];
  /** A note about the outputs of the original itself. */
  note?(original: Outputs): string;
}

/** Peak signal-to-noise ratio in dB, of outputs from 0 to `peak`. */
export function signalToNoise(peak: number): Measure {
  return {
    titles: ['PSNR'],
    compare: ([original], [other]) => [10 * Math.log10(peak ** 2 / meanSquare(original, other))],
    print: ([decibels]) => [Number.isFinite(decibels) ? `${decibels.toFixed(1)} dB` : 'equal'],
  };
}

/** For a classifier whose first compared output holds features, and whose last one has a number for each class. */
export function sameClass(classes: readonly string[]): Measure {
  const winners = (outputs: Outputs) => classesOf(outputs[outputs.length - 1], classes.length);
  return {
    titles: ['same class', 'feature error'],
    compare(original, other) {
      const found = winners(other);
      const same = winners(original).filter((winner, at) => winner === found[at]).length;
      return [same / found.length, relativeError(original[0], other[0])];
    },
    print: ([same, error]) => [`${(100 * same).toFixed(1)} %`, error.toFixed(3)],
    note(original) {
      const found = winners(original);
      const counts = classes.map((_, index) => found.filter((winner) => winner === index).length);
      const list = classes.map((name, index) => `${counts[index]} ${name}`).join(', ');
      const constant = (100 * Math.max(...counts)) / found.length;
      return `The original answers: ${list}. A constant answer would agree with ${constant.toFixed(1)} %.`;
    },
  };
}

/** Relative error of the outputs in norm; the worst output if there are several. */
export const outputError: Measure = {
  titles: ['output error'],
  compare: (original, other) => [Math.max(...original.map((values, index) => relativeError(values, other[index])))],
  print: ([error]) => [`${(100 * error).toFixed(2)} %`],
};

function classesOf(values: Float32Array, count: number): number[] {
  return Array.from({ length: values.length / count }, (_, at) => {
    const own = values.subarray(at * count, (at + 1) * count);
    return own.indexOf(Math.max(...own));
  });
}

function meanSquare(original: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < original.length; at++) sum += (original[at] - other[at]) ** 2;
  return sum / original.length;
}

function relativeError(original: Float32Array, other: Float32Array): number {
  const norm = meanSquare(original, new Float32Array(original.length));
  return norm === 0 ? 0 : Math.sqrt(meanSquare(original, other) / norm);
}
