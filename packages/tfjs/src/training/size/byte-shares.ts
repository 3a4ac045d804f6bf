// Shares of bytes for several matrices: the same bits for each weight, by LAMP scores, or as given.
import type { Matrix } from '@gcompress/core';

/** Bits of a kept weight besides its place: sign and magnitude, as measured on trained networks. */
const BITS_OF_KEPT = 3.1;
/** Halvings of the interval in which the threshold of the scores is searched. */
const ROUNDS = 40;

/** Bytes for each matrix in proportion to its entries, so that all have the same bits for each weight. */
export function uniformShares(matrices: readonly Matrix[], bytes: number): number[] {
  const all = matrices.reduce((sum, { data }) => sum + data.length, 0);
  return matrices.map(({ data }) => (bytes * data.length) / all);
}

/** Bytes in proportion to these shares. */
export function givenShares(shares: readonly number[], bytes: number): number[] {
  const all = sum(shares);
  return shares.map((share) => (bytes * share) / all);
}

/**
 * Bytes for each matrix by layer-adaptive magnitude pruning: one threshold of the LAMP scores of all matrices says how many weights each
 * keeps, and the bytes follow from these numbers. The score of a weight is its square over the sum of the squares that are not smaller in
 * the same matrix.
 *
 * Source: LAMP, Lee et al., ICLR 2021, arXiv 2010.07611.
 */
export function lampShares(matrices: readonly Matrix[], bytes: number): number[] {
  const scores = matrices.map(lampScores);
  const bitsAt = (threshold: number) =>
    scores.map((own, at) => codedBits(countFrom(own, threshold), matrices[at].data.length));
  let [low, high] = [0, 1];
  for (let round = 0; round < ROUNDS; round++) {
    // Scores span many powers of ten
    const middle = low === 0 ? high / 16 : Math.sqrt(low * high);
    if (sum(bitsAt(middle)) > 8 * bytes) low = middle;
    else high = middle;
  }
  const bits = bitsAt(high);
  const total = sum(bits);
  return total === 0 ? uniformShares(matrices, bytes) : bits.map((own) => (bytes * own) / total);
}

/** Scores in falling order; zeros have score 0. */
function lampScores({ data }: Matrix): Float64Array {
  const squares = Float64Array.from(data, (value) => value * value)
    .sort()
    .reverse();
  let larger = 0;
  return squares.map((square) => {
    larger += square;
    return square === 0 ? 0 : square / larger;
  });
}

/** How many of the falling scores are at least the threshold. */
function countFrom(scores: Float64Array, threshold: number): number {
  let [first, end] = [0, scores.length];
  while (first < end) {
    const middle = (first + end) >> 1;
    if (scores[middle] >= threshold) first = middle + 1;
    else end = middle;
  }
  return first;
}

/** Bits of a matrix with so many kept weights: their places by the entropy, and their values. */
function codedBits(kept: number, entries: number): number {
  const part = kept / entries;
  const entropy = part === 0 || part === 1 ? 0 : -part * Math.log2(part) - (1 - part) * Math.log2(1 - part);
  return entries * entropy + BITS_OF_KEPT * kept;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
