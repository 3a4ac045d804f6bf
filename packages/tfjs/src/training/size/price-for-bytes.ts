// The price of a bit at which matrices together take a number of bytes: a search in logarithms, first on samples of their rows.
import { type CompressedMatrix, type Matrix, matrix as makeMatrix } from '@gcompress/core';

/** A matrix, and how it is compressed at a price. */
export interface PricedMatrix {
  readonly matrix: Matrix;
  atPrice(matrix: Matrix, factor: number): PromiseLike<CompressedMatrix>;
}

/** The bytes to aim at and the fewest that are accepted, as parts of those allowed. */
const AIM = 0.99;
const FEWEST = 0.98;
/** Rows of a sample together have about this many entries, and are at least so many. */
const SAMPLE_ENTRIES = 2 ** 15;
const SAMPLE_ROWS = 48;
/** Measurements of the search at most. */
const ROUNDS = 24;
/** Factors of the price that are tried. */
const LEAST = 2 ** -60;
const MOST = 2 ** 60;

/**
 * Compresses matrices at the common price of a bit at which they together take at most `bytes`, and 98 % of it or more where a price
 * gives that. Where no price does, such as for few entries, the most bytes that fit are taken; where nothing fits, the fewest bytes.
 */
export async function priceForBytes(given: readonly PricedMatrix[], bytes: number): Promise<CompressedMatrix[]> {
  const samples = given.map(({ matrix }) => sampleOf(matrix));
  const sampled = async (factor: number) => {
    let sum = 0;
    for (const [at, { matrix, times }] of samples.entries()) {
      sum += (await given[at].atPrice(matrix, factor)).byteLength * times;
    }
    return sum;
  };
  // Samples are only for the start: framing and contexts make them a little larger
  const isWhole = samples.every(({ times }) => times === 1);
  const start = isWhole ? 1 : await searchPrice(sampled, bytes, 1);
  let best: { readonly bytes: number; readonly compressed: CompressedMatrix[] } | undefined;
  const whole = async (factor: number) => {
    const compressed: CompressedMatrix[] = [];
    for (const { matrix, atPrice } of given) compressed.push(await atPrice(matrix, factor));
    const sum = compressed.reduce((total, { byteLength }) => total + byteLength, 0);
    const better = best === undefined || (sum <= bytes ? best.bytes > bytes || sum > best.bytes : sum < best.bytes);
    if (better) best = { bytes: sum, compressed };
    return sum;
  };
  await searchPrice(whole, bytes, start);
  return best?.compressed ?? [];
}

/** Bytes fall as the price rises: a secant in logarithms, kept between the prices that are known to be too low and too high. */
async function searchPrice(
  bytesAt: (factor: number) => Promise<number>,
  bytes: number,
  start: number,
): Promise<number> {
  let factor = start;
  let low: { readonly price: number; readonly size: number } | undefined;
  let high: { readonly price: number; readonly size: number } | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const found = await bytesAt(factor);
    if (found <= bytes && found >= FEWEST * bytes) return factor;
    const point = { price: Math.log(factor), size: Math.log(Math.max(1, found) / (AIM * bytes)) };
    if (found > bytes) low = point;
    else high = point;
    if ((found > bytes && factor >= MOST) || (found <= bytes && factor <= LEAST)) return factor;
    let next: number;
    if (!low || !high) {
      // Bytes fall about as the price rises; at first a little too far, so that the price is soon enclosed
      const step = point.size + (point.size > 0 ? 0.05 : -0.05);
      next = point.price + Math.sign(step) * Math.max(Math.abs(step), 0.05 * 2 ** round);
    } else {
      const width = high.price - low.price;
      if (width < 1e-9) return Math.exp(high.price);
      const secant = low.price + (width * low.size) / (low.size - high.size);
      // The middle now and then, where the curve has steps
      next =
        round % 4 === 3
          ? low.price + width / 2
          : Math.min(high.price - 0.02 * width, Math.max(low.price + 0.02 * width, secant));
    }
    factor = Math.min(MOST, Math.max(LEAST, Math.exp(next)));
  }
  return high ? Math.exp(high.price) : factor;
}

/** Every n-th row, and how many times more rows the matrix has. */
function sampleOf(matrix: Matrix): { readonly matrix: Matrix; readonly times: number } {
  const [rows, columns] = matrix.shape;
  const every = Math.max(1, Math.min(Math.floor((rows * columns) / SAMPLE_ENTRIES), Math.floor(rows / SAMPLE_ROWS)));
  if (every === 1) return { matrix, times: 1 };
  const count = Math.floor(rows / every);
  const data = new Float32Array(count * columns);
  for (let row = 0; row < count; row++) {
    data.set(matrix.data.subarray(row * every * columns, (row * every + 1) * columns), row * columns);
  }
  return { matrix: makeMatrix([count, columns], data), times: rows / count };
}
