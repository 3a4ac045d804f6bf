// Spreads the updates of several layers over different steps.
import { createRandom, type JsonObject } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertSeed } from '@gcompress/core/checks';

/** Delays each layer by its own number of steps, so that not all layers are compressed in the same step. */
export interface StaggerOptions {
  /** The largest delay in steps; each layer gets a delay from 0 to this. */
  readonly maxSteps: number;
  /** Seed of the delays, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
}

/**
 * Checks the options and adds the defaults.
 *
 * @throws GCompressError `invalid-option` or `unknown-option`.
 */
export function completeStagger(kind: string, options: StaggerOptions): Required<StaggerOptions> & JsonObject {
  assertKnownOptions(`${kind} stagger`, options, ['maxSteps', 'seed']);
  const { maxSteps, seed = 0 } = options;
  assertNumber(`${kind} stagger`, 'maxSteps', maxSteps, { min: 1, max: 2 ** 31 - 1, integer: true });
  assertSeed(seed, `${kind} stagger`);
  return { maxSteps, seed };
}

/**
 * The delay in steps of the layer with this name. It depends only on the name and the seed, not on the order of the layers.
 *
 * Porting note: the random shift of the 2019 `SimhashApplyCompression`, which drew from an unseeded generator.
 */
export function layerDelay(name: string, { maxSteps, seed }: Required<StaggerOptions>): number {
  return createRandom((hash(name) ^ seed) >>> 0).integer(maxSteps + 1);
}

/** FNV-1a over the UTF-16 code units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
}
