// What coding a value would cost in bits, by the coder's own adaptive probabilities.
import { assertShape2D, describeValue, GCompressError, type Shape2D } from '@gcompress/core';
import { type BitCoder, Model } from './model.ts';
import { Probabilities } from './probability.ts';

/** Prices of values at the next places of a matrix, learnt from the values coded so far. */
export interface CostModel {
  /**
   * Bits that the coder would take for `value` at this place of the current row, given what was learnt so far.
   * Magnitudes above 16 are priced a little off, because the coder learns between their bits.
   *
   * @throws GCompressError `invalid-option` for anything but an int32 at a column of the matrix.
   */
  bits(value: number, row: number, column: number): number;
  /**
   * Learns the value of the next place in row-major order.
   *
   * @throws GCompressError `invalid-option` for anything but an int32.
   */
  update(value: number): void;
}

class Price implements BitCoder {
  readonly probabilities = new Probabilities();
  sum = 0;
  bit(context: number, bit: number): number {
    const zero = this.probabilities.zero(context);
    this.sum += COSTS[(bit ? 32768 - zero : zero) >> 3];
    return bit;
  }
}

/** Sums what the coder takes, learning as it does. */
export class LearningPrice extends Price {
  override bit(context: number, bit: number): number {
    super.bit(context, bit);
    this.probabilities.learn(context, bit);
    return bit;
  }
}

class Learner implements BitCoder {
  readonly #probabilities: Probabilities;
  constructor(probabilities: Probabilities) {
    this.#probabilities = probabilities;
  }
  bit(context: number, bit: number): number {
    this.#probabilities.learn(context, bit);
    return bit;
  }
}

const COSTS = /* @__PURE__ */ costTable();

/**
 * Prices for a matrix of this shape. They change with every update, as the coder's do.
 *
 * @throws GCompressError `invalid-matrix` for anything but a shape.
 */
export function createCostModel(shape: Shape2D): CostModel {
  assertIntegerShape('createCostModel', shape);
  const columns = shape[1];
  const model = new Model(columns);
  const price = new Price();
  const learner = new Learner(price.probabilities);
  return {
    bits(value, _row, column) {
      if ((value | 0) !== value) throw notInteger(value, 'bits');
      if (!(column >= 0 && column < columns && (column | 0) === column)) throw notColumn(column, columns);
      price.sum = 0;
      model.code(price, value, column);
      return price.sum;
    },
    update(value) {
      if ((value | 0) !== value) throw notInteger(value, 'update');
      model.next(learner, value);
    },
  };
}

/** Refuses anything but two positive integers. */
export function assertIntegerShape(where: string, shape: unknown): void {
  if (!Array.isArray(shape)) {
    throw new GCompressError('invalid-matrix', {
      where,
      expected: 'two positive integers [rows, columns]',
      actual: describeValue(shape),
    });
  }
  assertShape2D(shape, where);
}

function notInteger(value: unknown, where: string): GCompressError {
  return new GCompressError('invalid-option', {
    where: `cost model ${where}`,
    expected: 'a signed integer of 32 bits',
    actual: describeValue(value),
  });
}

function notColumn(column: unknown, columns: number): GCompressError {
  return new GCompressError('invalid-option', {
    where: 'cost model bits',
    expected: `a column from 0 to ${columns - 1}`,
    actual: describeValue(column),
  });
}

/** -log2(p / 4096), by squaring: Math.log2 may differ between engines, products do not. */
function costTable(): Float64Array {
  return Float64Array.from({ length: 4097 }, (_, p) => {
    let mantissa = (p || 0.5) + (p < 4096 ? 0.5 : 0);
    let log = 0;
    for (; mantissa >= 2; mantissa /= 2) log += 1;
    for (let step = 0.5; step > 1e-6; step /= 2) {
      mantissa *= mantissa;
      if (mantissa >= 2) {
        mantissa /= 2;
        log += step;
      }
    }
    return 12 - log;
  });
}
