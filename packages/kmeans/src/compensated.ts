// Codebooks and codes that preserve a layer's outputs: alternates compensated rounding (GPTQ) with updates of the levels.
import {
  type FactorizeOptions,
  type InputMoments,
  type Matrix,
  type ProgressOptions,
  partialProgress,
} from '@gcompress/core';
import { momentsWeakness, type RoundingOrder, type RoundRow, roundCompensated, roundingOrder } from '@gcompress/linalg';
import { type Encoder, encoderOf } from './encode.ts';
import { groupOf, type Layout } from './layout/layout.ts';

/** Codebooks of all groups, `[groups · levels, blockSize]`, and the codebook row of each block. */
export interface Coded {
  readonly codebook: Float32Array;
  readonly encoding: Int32Array;
}

/** Most roundings; the levels are updated after each. */
const ROUNDS = 4;

/** The order in which compensated rounding takes the rows; warns if the moments are too weak. */
export function orderFor(
  moments: InputMoments,
  { kernels, warn }: FactorizeOptions,
  progress: ProgressOptions,
): RoundingOrder {
  const weakness = momentsWeakness(moments);
  if (weakness) warn(`kmeans: ${weakness}.`);
  return roundingOrder(moments, undefined, kernels, progress);
}

/**
 * Codes that minimise the output error, and codebooks fitted to them. Each round encodes the rows after correcting them for the errors of
 * earlier rows. Then each level moves to the mean of the values encoded by it, as in Lloyd's algorithm. The result is the round with the
 * least output error.
 *
 * @param pruned the matrix after pruning; its zeros stay zero.
 * @param learned codebooks learned from the entries, the start of the rounds.
 */
export function compensatedCodes(
  matrix: Matrix,
  pruned: Matrix,
  layout: Layout,
  learned: Float32Array,
  order: RoundingOrder,
  { kernels }: FactorizeOptions,
  progress: ProgressOptions,
): Coded {
  let codebook = learned;
  let best: Coded | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const coding = new RowCoding(pruned, layout, codebook, order.costs);
    const part = partialProgress(progress, round / ROUNDS, (round + 1) / ROUNDS);
    const { error } = roundCompensated(matrix, order, coding.round, kernels, part);
    if (error >= least) break;
    least = error;
    best = { codebook, encoding: coding.encoding };
    codebook = coding.moved();
  }
  return best ?? { codebook, encoding: new Int32Array(matrix.shape[0] * layout.blocks) };
}

/** Encodes a matrix row by row, and sums the values encoded by each level. */
class RowCoding {
  readonly encoding: Int32Array;
  readonly #pruned: Matrix;
  readonly #layout: Layout;
  readonly #codebook: Float32Array;
  readonly #costs: Float64Array;
  readonly #encoders: Encoder[];
  readonly #sums: Float64Array;
  readonly #weights: Float64Array;

  constructor(pruned: Matrix, layout: Layout, codebook: Float32Array, costs: Float64Array) {
    const { groups, levels, blockSize } = layout;
    this.#pruned = pruned;
    this.#layout = layout;
    this.#codebook = codebook;
    this.#costs = costs;
    this.encoding = new Int32Array(pruned.shape[0] * layout.blocks);
    this.#sums = new Float64Array(codebook.length);
    this.#weights = new Float64Array(codebook.length / blockSize);
    const size = levels * blockSize;
    this.#encoders = Array.from({ length: groups }, (_, group) =>
      encoderOf(blockSize, codebook.subarray(group * size, (group + 1) * size)),
    );
  }

  readonly round: RoundRow = (values, rounded, row) => {
    const { blocks, blockSize: size, levels } = this.#layout;
    const columns = values.length;
    const data = new Float32Array(size);
    const own = new Float32Array(size);
    for (let block = 0; block < blocks; block++) {
      const begin = block * size;
      const filled = Math.min(size, columns - begin);
      for (let i = 0; i < size; i++) {
        const kept = i < filled && this.#pruned.data[row * columns + begin + i] !== 0;
        data[i] = kept ? values[begin + i] : 0;
        own[i] = i < filled ? 1 : 0;
      }
      const group = groupOf(this.#layout, row, block);
      const weights = filled < size ? own : undefined;
      const code = group * levels + this.#encoders[group]({ count: 1, size, data, weights })[0];
      this.encoding[row * blocks + block] = code;
      this.#weights[code] += this.#costs[row];
      for (let i = 0; i < filled; i++) {
        rounded[begin + i] = this.#codebook[code * size + i];
        this.#sums[code * size + i] += this.#costs[row] * data[i];
      }
    }
  };

  /** The codebook with each level moved to the mean of the values it encodes. Zero levels and unused levels stay. */
  moved(): Float32Array {
    const { blockSize: size } = this.#layout;
    const moved = this.#codebook.slice();
    for (let code = 0; code < this.#weights.length; code++) {
      const level = moved.subarray(code * size, (code + 1) * size);
      if (this.#weights[code] === 0 || level.every((entry) => entry === 0)) continue;
      for (let i = 0; i < size; i++) level[i] = this.#sums[code * size + i] / this.#weights[code];
    }
    return moved;
  }
}
