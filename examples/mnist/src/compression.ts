// The compressor and the schedule that the options ask for.
import type { MatrixCompressor } from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import {
  type CompressionSchedule,
  cosineAlpha,
  exponentialAlpha,
  linearAlpha,
  polynomialAlpha,
  stepwiseAlpha,
} from '@gcompress/scheduler';
import { simhash } from '@gcompress/simhash';
import { cosineDecay, type LearningRate } from '@gcompress/tfjs/callbacks';
import { LEARNING_RATE } from './network.ts';
import type { Options, SCHEDULES } from './options.ts';

/** All methods, for loading any model that this example writes. */
export const methods = [lowRank, kMeans, simhash, dictLearn] as const;

/** The compressor that the options ask for. */
export function compressorFor({ method, ratio, rank, seed }: Options): MatrixCompressor {
  if (method === 'kmeans') return kMeans({ ratio, seed });
  if (method === 'simhash') return simhash({ ratio, seed });
  if (method === 'dictlearn') return dictLearn({ ratio, seed });
  return rank === undefined ? lowRank({ ratio, seed }) : lowRank({ rank, seed });
}

/** How a method is trained. */
interface Course {
  /** The schedule where the command line names none. */
  readonly schedule: (typeof SCHEDULES)[number];
  /** The part of the steps after which alpha is 0. */
  readonly until: number;
  /** Updates of alpha until then, and updates from one compression to the next. */
  readonly updates: number;
  readonly refactorEvery?: number;
  /** The first learning rate. */
  readonly learningRate: number;
}

/** For structures that take long to find: a matrix that moved far from the last one would be lost, so alpha falls steadily, and early. */
const seldom = { schedule: 'linear', until: 0.5, updates: 50, refactorEvery: 10, learningRate: LEARNING_RATE } as const;

const COURSES: Readonly<Record<Options['method'], Course>> = {
  // Factors train, and need the time for it: they take over at once, at a higher rate, because their values are small
  lowrank: { schedule: 'linear', until: 0.05, updates: 5, learningRate: 4e-3 },
  // Encodings do not train but are found fast: alpha stays small but above 0 for long, so that the matrix moves on and they follow
  kmeans: { schedule: 'exponential', until: 0.95, updates: 250, refactorEvery: 1, learningRate: LEARNING_RATE },
  simhash: seldom,
  dictlearn: seldom,
};

/** The learning rate over the given number of steps: half a cosine wave, down to 0. */
export function learningRateFor({ method }: Options, steps: number): LearningRate {
  return cosineDecay({ initial: COURSES[method].learningRate, steps });
}

/** The schedule that the options ask for, or else the one for the method, over the given number of steps. */
export function scheduleFor(
  { method, schedule = COURSES[method].schedule }: Options,
  steps: number,
): CompressionSchedule {
  const { until, updates, refactorEvery } = COURSES[method];
  const begin = Math.round(steps * 0.02);
  const end = Math.min(steps - 1, Math.max(begin + 1, Math.round(steps * until)));
  const again = refactorEvery === undefined ? {} : { refactorEvery };
  const window = { begin, end, frequency: Math.max(1, Math.floor((end - begin) / updates)), ...again };
  if (schedule === 'cosine') return cosineAlpha(window);
  if (schedule === 'polynomial') return polynomialAlpha(window);
  if (schedule === 'exponential') return exponentialAlpha(window);
  if (schedule === 'stepwise') {
    const stops = [0.8, 0.6, 0.4, 0.2, 0]
      .map((value, i) => ({ step: begin + Math.round(((end - begin) * i) / 4), value }))
      // Of stops that fall on one step, the last
      .filter(({ step }, i, all) => step !== all[i + 1]?.step);
    return stepwiseAlpha({ steps: stops.map(({ step }) => step), values: stops.map(({ value }) => value), ...again });
  }
  return linearAlpha(window);
}
