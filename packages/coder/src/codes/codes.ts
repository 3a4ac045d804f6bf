// The context model of codes 0 … levels − 1, shared by encoder and decoder: contexts from row and column, then a binary tree.
import type { BinaryCoder } from '../range/binary-coder.ts';
import { MeanModel } from './mean-model.ts';

/** First byte of a stream of codes; streams of integers begin with 0 to 3. */
export const CODES_CODEC = 4;
/** Bytes before the decisions: one for the codec, two for the most frequent code. */
export const CODES_HEADER = 3;
/** Most levels for context coding, because the header has two bytes for the most frequent code. */
export const MAX_CODED_LEVELS = 2 ** 16;
/** Contexts of one density bucket: left and upper neighbour. The bucket is ⌊log₂⌋ of the product of two densities, 0 to 30. */
const NEIGHBOURS = 4;
const TREE = 31 * NEIGHBOURS;
/** Densities have 15 bits, so that a product of two fits in 30. They begin at 3 %, and each entry counts for 2^−6. */
const DENSE = 2 ** 15 - 1;
const FIRST_DENSITY = 1000;
const DENSITY_SHIFT = 6;

/** Name of the context-coded form of a tensor. */
export function codedName(name: string): string {
  return `coded-${String(name)}`;
}

/** The most frequent code; the first to reach this number if several do. */
export function mostFrequent(codes: Int32Array | Uint8Array, levels: number): number {
  const counts = new Uint32Array(levels);
  let best = 0;
  // A plain loop: an iterator takes several times as long for millions of codes
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at];
    counts[code]++;
    if (counts[code] > counts[best]) best = code;
  }
  return best;
}

/** Adaptive probabilities for codes 0 … levels − 1. */
export function codesModel(levels: number): MeanModel {
  return new MeanModel(TREE + 2 ** treeBits(levels));
}

/**
 * Codes a matrix of codes in reading order. The first decision of an entry: is it the most frequent code? Its context is how often recent
 * codes of the same row and column differed. Then follow the bits of another code, highest first, each in the context of the bits before.
 *
 * @param codes the codes to write; a decoder overwrites them with the codes that it reads.
 */
export function codeEach(coder: BinaryCoder, codes: Int32Array, columns: number, frequent: number, levels: number) {
  const bits = treeBits(levels);
  const columnDensities = new Uint16Array(columns).fill(FIRST_DENSITY);
  const above = new Uint8Array(columns);
  let density = FIRST_DENSITY;
  let left = 0;
  for (let at = 0, column = 0; at < codes.length; at++, column = column + 1 < columns ? column + 1 : 0) {
    const bucket = 31 - Math.clz32(density * columnDensities[column] + 1);
    const differs = coder.bit(NEIGHBOURS * bucket + 2 * above[column] + left, codes[at] === frequent ? 0 : 1);
    const target = differs * DENSE;
    density += (target - density) >> DENSITY_SHIFT;
    columnDensities[column] += (target - columnDensities[column]) >> DENSITY_SHIFT;
    left = above[column] = differs;
    // Number the codes without the frequent one
    const number = codes[at] > frequent ? codes[at] - 1 : codes[at];
    let node = 1;
    for (let bit = differs * bits; bit-- > 0; ) node = 2 * node + coder.bit(TREE + node, (number >>> bit) & 1);
    const read = node - 2 ** bits;
    codes[at] = differs ? (read < frequent ? read : read + 1) : frequent;
  }
}

/** Bits that distinguish all codes except the most frequent one. */
function treeBits(levels: number): number {
  return levels > 2 ? 32 - Math.clz32(levels - 2) : 0;
}
