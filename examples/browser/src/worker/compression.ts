// The compressor and the schedule that the settings ask for.
import type { MatrixCompressor } from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { type CompressionSchedule, cosineAlpha, exponentialAlpha, linearAlpha } from '@gcompress/scheduler';
import { simhash } from '@gcompress/simhash';
import { uniform } from '@gcompress/uniform';
import { LAYERS } from '../network/architecture.ts';
import { compressionWindow, type Settings } from '../settings.ts';
import { LEARNING_RATE } from './tf-network.ts';

/** Most updates while alpha falls, after the first. */
const UPDATES = 20;

/**
 * Updates between two compressions. Encodings and signs cannot train, so they follow the matrix as often as the time that a
 * compression takes allows. Low rank has none: its factors train, and would lose what they have learned.
 */
const REFACTOR_EVERY = { kmeans: 1, simhash: 4, dictlearn: 5, uniform: 1 } as const;

/** Where the search for the price of a bit begins; the price follows the size that is asked for. */
const LAMBDA = 1e-3;
const MAKERS = {
  lowrank: lowRank,
  kmeans: kMeans,
  simhash,
  dictlearn: dictLearn,
  uniform: () => uniform({ lambda: LAMBDA }),
} as const;
const ALPHAS = { linear: linearAlpha, cosine: cosineAlpha, exponential: exponentialAlpha } as const;

/** The compressor that the settings ask for. */
export function compressorFor({ method, ratio }: Settings): MatrixCompressor {
  return MAKERS[method]({ ratio });
}

/** The schedule that the settings ask for, counted from the step at which the compression begins. */
export function scheduleFor(settings: Settings): CompressionSchedule {
  const { begin, end } = compressionWindow(settings);
  const length = end - begin;
  const frequency = Math.max(1, Math.ceil(length / UPDATES));
  const { method, curve } = settings;
  const refactor = method === 'lowrank' ? {} : { refactorEvery: REFACTOR_EVERY[method] };
  return ALPHAS[curve]({ end: length, frequency, ...refactor });
}

/** Factors of low rank have small values and learn best at a higher rate. */
export function learningRateFor({ method }: Settings): number {
  return method === 'lowrank' ? 4e-3 : LEARNING_RATE;
}

/** How many singular values of the first matrix low rank keeps; undefined for other methods. */
export function plannedRank(compressor: MatrixCompressor): number | undefined {
  return compressor.method === 'lowrank' ? compressor.plan(LAYERS[0].shape).factors.b.shape[1] : undefined;
}
