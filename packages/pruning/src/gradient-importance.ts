// Importance by gradients, estimated from the weights after each training step.
import { GCompressError, type Matrix, type Shape2D } from '@gcompress/core';
import { assertFinite, assertKnownOptions, assertMatrix, assertNumber, assertOneOf } from '@gcompress/core/checks';

/** Options of {@link gradientImportance}. */
export interface GradientImportanceOptions {
  /** `'first'` (default) uses how far a weight moves; `'second'` uses how much its movement changes. */
  readonly order?: 'first' | 'second';
  /** The part of the running mean that each step keeps, from 0 to below 1. Default 0.99. */
  readonly decay?: number;
}

/** Watches one matrix in training; see {@link gradientImportance}. */
export interface GradientImportance {
  /**
   * Call it after each step.
   *
   * @param weights shape `[m, n]`, always the same; is not changed or kept.
   * @throws GCompressError `invalid-matrix`, `non-finite` or `shape-mismatch`.
   */
  observe(weights: Matrix): void;
  /** The `importance` for `compress`, `[m, n]`, at most 1; undefined until a weight has moved. */
  importance(): Matrix | undefined;
}

/**
 * Importance by first- or second-order gradients. The movement of the weights in a step is their gradient times the rate of the
 * optimizer: `|w − w₁|`, or `|w − 2·w₁ + w₂|` for the second order, where w₁ and w₂ are the weights one and two steps before.
 * Movements are scaled to length 1 and averaged, `g ← decay·g + (1 − decay)·movement`. The importance is g² divided by its
 * largest value, so that `pruned` keeps the entries with the largest `|w|·g`.
 *
 * @throws GCompressError `unknown-option` or `invalid-option`.
 *
 * Porting note: `prune_option` and `gradient_decay_rate` of `pruning.Pruning`.
 */
export function gradientImportance(options: GradientImportanceOptions = {}): GradientImportance {
  const where = 'gradientImportance';
  assertKnownOptions(where, options, ['order', 'decay']);
  const { order = 'first', decay = 0.99 } = options;
  assertOneOf(where, 'order', order, ['first', 'second']);
  assertNumber(where, 'decay', decay, { min: 0, max: 1 });
  if (decay === 1) {
    throw new GCompressError('invalid-option', { where: `${where} decay`, expected: 'a number below 1', actual: '1' });
  }
  const depth = order === 'first' ? 1 : 2;
  let shape: Shape2D | undefined;
  let before: Float32Array[] = [];
  let mean = new Float64Array(0);
  return {
    observe(weights) {
      assertMatrix(weights, `${where}.observe`);
      assertFinite(weights, `${where}.observe`);
      const [rows, cols] = weights.shape;
      shape ??= [rows, cols];
      if (shape[0] !== rows || shape[1] !== cols) {
        throw new GCompressError('shape-mismatch', {
          where: `${where}.observe`,
          expected: `shape [${shape.join(', ')}]`,
          actual: `[${rows}, ${cols}]`,
          hint: 'Make one gradientImportance() for each matrix.',
        });
      }
      if (mean.length === 0) mean = new Float64Array(rows * cols);
      if (before.length === depth) {
        const movement = movementOf(weights.data, before);
        const length = Math.sqrt(movement.reduce((sum, value) => sum + value * value, 0));
        const share = length > 0 ? (1 - decay) / length : 0;
        for (let entry = 0; entry < mean.length; entry++) mean[entry] = decay * mean[entry] + share * movement[entry];
      }
      before = [weights.data.slice(), ...before].slice(0, depth);
    },
    importance() {
      const largest = mean.reduce((most, value) => Math.max(most, value), 0);
      if (!shape || largest === 0) return undefined;
      return { shape, data: Float32Array.from(mean, (value) => (value / largest) ** 2) };
    },
  };
}

function movementOf(now: Float32Array, [last, beforeLast]: readonly Float32Array[]): Float64Array {
  return Float64Array.from(now, (value, entry) =>
    Math.abs(beforeLast ? value - 2 * last[entry] + beforeLast[entry] : value - last[entry]),
  );
}
