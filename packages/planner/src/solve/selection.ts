// A choice of one form for each matrix, and what it uses.
import type { Row, Table } from '../problem/table.ts';
import { priceOf } from './prices.ts';

/** A form of a matrix, with what it costs beyond the cheapest form at the prices. */
export interface Option {
  /** Its place in the rows of the matrix. */
  readonly place: number;
  readonly value: number;
  readonly uses: readonly number[];
  /** At least 0. */
  readonly penalty: number;
}

/** Relative rounding error of sums. */
const ROUNDING = 1e-12;

/** The forms of a matrix, the least penalty first. */
export function optionsOf(rows: readonly Row[], prices: readonly number[]): Option[] {
  const least = rows.reduce((cheapest, row) => Math.min(cheapest, priceOf(row, prices)), Number.POSITIVE_INFINITY);
  return rows
    .map((row, place) => ({ place, value: row.value, uses: row.uses, penalty: priceOf(row, prices) - least }))
    .sort((a, b) => a.penalty - b.penalty || a.value - b.value);
}

/** The chosen option of each matrix, and the sums over all matrices. */
export class Selection {
  readonly used: number[];

  constructor(
    readonly options: readonly (readonly Option[])[],
    readonly limits: Table['limits'],
    readonly chosen: number[],
  ) {
    this.used = limits.map((_, r) => chosen.reduce((sum, at, i) => sum + options[i][at].uses[r], 0));
  }

  /** Summed anew, so that rounding errors do not add up. */
  get value(): number {
    return this.chosen.reduce((sum, at, i) => sum + this.options[i][at].value, 0);
  }

  /** By how much the limits are exceeded, each as a part of its limit; 0 if all are kept. */
  get excess(): number {
    return this.excessAfter([]);
  }

  /** The excess after some matrices changed to other options. */
  excessAfter(changes: readonly (readonly [matrix: number, to: number])[]): number {
    let excess = 0;
    for (let r = 0; r < this.limits.length; r++) {
      let used = this.used[r];
      for (const [i, to] of changes) used += this.options[i][to].uses[r] - this.options[i][this.chosen[i]].uses[r];
      const most = this.limits[r] * (1 + ROUNDING);
      if (used > most) excess += this.limits[r] > 0 ? (used - most) / this.limits[r] : used;
    }
    return excess;
  }

  change(i: number, to: number): void {
    const [from, next] = [this.options[i][this.chosen[i]], this.options[i][to]];
    for (let r = 0; r < this.limits.length; r++) this.used[r] += next.uses[r] - from.uses[r];
    this.chosen[i] = to;
  }

  copy(): Selection {
    return new Selection(this.options, this.limits, [...this.chosen]);
  }
}
