// The config that the format stores: where the projection comes from, and the number of sign bits.
import type { JsonObject } from '@gcompress/core';
import { fileError } from '@gcompress/core/storage';
import type { SeededPlanes } from './projection.ts';

/** The source of the projection: drawn from a seed, or fitted to the matrix and stored. */
export type PlanesConfig =
  | { readonly planes: SeededPlanes; readonly seed: number }
  | { readonly planes: 'fitted'; readonly seed?: never };

/** Config that `simhashFormat` stores; `bits` is k, the sign bits of a column. */
export type SimhashConfig = PlanesConfig & { readonly bits: number; readonly trainableScales: boolean };

/**
 * Reads a stored config.
 *
 * @throws GCompressError `file-header` for an invalid one.
 */
export function readConfig({ planes, seed, bits, trainableScales }: JsonObject): SimhashConfig {
  if (Number.isSafeInteger(bits) && Number(bits) > 0 && typeof trainableScales === 'boolean') {
    const sizes = { bits: Number(bits), trainableScales };
    if (planes === 'fitted') return { planes, ...sizes };
    if ((planes === 'gaussian' || planes === 'orthogonal') && isSeed(seed)) return { planes, seed, ...sizes };
  }
  const actual = JSON.stringify({ planes, seed, bits, trainableScales }).slice(0, 120);
  throw fileError('file-header', 'simhash config', 'valid planes, seed, bits and trainableScales', actual);
}

function isSeed(seed: unknown): seed is number {
  return typeof seed === 'number' && seed >>> 0 === seed;
}
