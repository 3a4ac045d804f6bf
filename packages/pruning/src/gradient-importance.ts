// Importance of weights by their gradients, estimated from the movement of the weights in training.
import { GCompressError, type Matrix, type Shape2D } from '@gcompress/core';
import {
  assertFinite,
  assertKnownOptions,
  assertMatrix,
  assertNumber,
  assertOneOf,
  assertType,
  describeValue,
} from '@gcompress/core/checks';
import type { TrainingHistory } from '@gcompress/core/hosts';

/** Names of the earlier weights in a saved history, latest first. */
const DEPTHS = ['last weights', 'weights before'];

/** Options of {@link gradientImportance}. */
export interface GradientImportanceOptions {
  /** `'first'` (default): by the movement of a weight in a step; `'second'`: by the change of this movement. */
  readonly order?: 'first' | 'second';
  /** The part of the running mean that each step keeps, from 0 to below 1. Default 0.99. */
  readonly decay?: number;
}

/** Watches one matrix in training; see {@link gradientImportance}. Its history is the running mean and the earlier weights. */
export interface GradientImportance extends TrainingHistory {
  /**
   * Updates the running mean; call it after each training step.
   *
   * @param weights `[m, n]`, the same shape in every call; neither changed nor kept.
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
  // In float32, like its saved form
  let mean = new Float32Array(0);
  const [meanName, ...weightNames] = ['mean', ...DEPTHS].slice(0, 1 + depth).map((name) => `${order} order ${name}`);
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
      if (mean.length === 0) mean = new Float32Array(rows * cols);
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
    saved() {
      if (!shape) return {};
      const own = shape;
      const weights = before.map((data, at) => [weightNames[at], { shape: own, data }] as const);
      return { [meanName]: { shape, data: mean.slice() }, ...Object.fromEntries(weights) };
    },
    restore(saved) {
      assertType(`${where}.restore`, 'saved', saved, 'object');
      const names = Object.keys(saved);
      const expected = [meanName, ...weightNames].slice(0, Math.max(names.length, 1));
      if (names.length > 0) assertHistory(saved, expected, shape);
      const { [meanName]: first } = saved;
      shape = first ? [first.shape[0], first.shape[1]] : undefined;
      mean = first ? first.data.slice() : new Float32Array(0);
      before = names.length > 0 ? expected.slice(1).map((name) => saved[name].data.slice()) : [];
    },
  };
}

/** @throws GCompressError `invalid-option` for unexpected names or negative movements; also errors of {@link assertMatrix} and {@link assertFinite}. */
function assertHistory(
  saved: Readonly<Record<string, Matrix>>,
  expected: readonly string[],
  shape: Shape2D | undefined,
): void {
  const where = 'gradientImportance.restore';
  const names = Object.keys(saved);
  if (expected.length < 2 || expected.some((name) => !Object.hasOwn(saved, name)) || names.length > expected.length) {
    throw new GCompressError('invalid-option', {
      where,
      expected: `a history of ${expected.map(describeValue).join(', ')}`,
      actual: names.map(describeValue).join(', '),
      hint: 'Restore a history with the same order that saved it.',
    });
  }
  const side = shape ?? saved[expected[0]].shape;
  for (const name of expected) {
    assertMatrix(saved[name], `${where} ${name}`);
    assertFinite(saved[name], `${where} ${name}`);
    if (String(saved[name].shape) === String(side)) continue;
    throw new GCompressError('shape-mismatch', {
      where: `${where} ${name}`,
      expected: `shape [${side.join(', ')}]`,
      actual: `[${saved[name].shape.join(', ')}]`,
    });
  }
  const negative = saved[expected[0]].data.find((value) => value < 0);
  if (negative === undefined) return;
  throw new GCompressError('invalid-option', {
    where: `${where} ${expected[0]}`,
    expected: 'movements of at least 0',
    actual: `${negative}`,
  });
}

function movementOf(now: Float32Array, [last, beforeLast]: readonly Float32Array[]): Float64Array {
  return Float64Array.from(now, (value, entry) =>
    Math.abs(beforeLast ? value - 2 * last[entry] + beforeLast[entry] : value - last[entry]),
  );
}
