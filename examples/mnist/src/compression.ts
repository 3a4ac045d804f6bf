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
import type { Options } from './options.ts';

/** All methods, for loading any model that this example writes. */
export const methods = [lowRank, kMeans, simhash, dictLearn] as const;

/** The compressor that the options ask for. */
export function compressorFor({ method, ratio, rank, seed }: Options): MatrixCompressor {
  if (method === 'kmeans') return kMeans({ ratio, seed });
  if (method === 'simhash') return simhash({ ratio, seed });
  if (method === 'dictlearn') return dictLearn({ ratio, seed });
  return rank === undefined ? lowRank({ ratio, seed }) : lowRank({ rank, seed });
}

/**
 * Updates between two compressions while alpha falls. Factors that train with the model are computed twice; encodings and signs cannot
 * train, so they follow the matrix as often as time allows.
 */
const REFACTOR_EVERY = { lowrank: 25, kmeans: 1, simhash: 10, dictlearn: 10 } as const;

/** The schedule that the options ask for, over the given number of steps: alpha is 0 for the last half of them. */
export function scheduleFor({ method, schedule }: Options, steps: number): CompressionSchedule {
  const begin = Math.round(steps * 0.05);
  const end = Math.max(begin + 1, Math.round(steps * 0.5));
  const refactorEvery = REFACTOR_EVERY[method];
  const window = { begin, end, frequency: Math.max(1, Math.floor((end - begin) / 50)), refactorEvery };
  if (schedule === 'cosine') return cosineAlpha(window);
  if (schedule === 'polynomial') return polynomialAlpha(window);
  if (schedule === 'exponential') return exponentialAlpha(window);
  if (schedule === 'stepwise') {
    const quarter = (part: number) => begin + Math.round(((end - begin) * part) / 4);
    return stepwiseAlpha({ steps: [0, 1, 2, 3, 4].map(quarter), values: [0.8, 0.6, 0.4, 0.2, 0], refactorEvery });
  }
  return linearAlpha(window);
}
