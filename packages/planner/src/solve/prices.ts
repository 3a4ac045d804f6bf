// Prices of what is limited, at which the best forms of all matrices bound the best plan from below.
import type { Table } from '../problem/table.ts';

/** Prices, and what they say about the best plan. */
export interface Priced {
  /** Value that one unit of each limited quantity is worth. */
  readonly prices: readonly number[];
  /** No plan within the limits has a smaller value. */
  readonly bound: number;
}

/** Halvings of the interval of a price: float64 has no more digits. */
const HALVINGS = 60;
/** Rounds over the limits where there are several. */
const ROUNDS = 12;

/**
 * The prices of the largest lower bound `Σ min(value + price·use) − price·limit`. For one limit they are the equal slope of all error curves; for
 * several, each is improved in turn, and the bound holds even if it could be larger.
 *
 * Source: Lagrangian relaxation, Everett, 1963; bit allocation by equal slopes, Shoham and Gersho, 1988.
 */
export function bestPrices(table: Table): Priced {
  const { limits } = table;
  const prices = limits.map(() => 0);
  for (let round = 0; round < (limits.length === 1 ? 1 : ROUNDS); round++) {
    for (let limit = 0; limit < limits.length; limit++) prices[limit] = bestPrice(table, prices, limit);
  }
  return { prices, bound: boundAt(table, prices) };
}

/** The lower bound at these prices. */
export function boundAt({ rows, limits }: Table, prices: readonly number[]): number {
  const paid = rows.reduce(
    (sum, forms) => sum + forms.reduce((least, row) => Math.min(least, priceOf(row, prices)), Number.POSITIVE_INFINITY),
    0,
  );
  return limits.reduce((bound, limit, i) => bound - prices[i] * limit, paid);
}

/** Value of a form, with what it uses paid for. */
export function priceOf(
  { value, uses }: { value: number; uses: readonly number[] },
  prices: readonly number[],
): number {
  let price = value;
  for (let i = 0; i < uses.length; i++) price += prices[i] * uses[i];
  return price;
}

/** The price of one limit at which its use crosses the limit, with the other prices as they are. */
function bestPrice(table: Table, prices: readonly number[], limit: number): number {
  const at = (price: number) => prices.map((other, i) => (i === limit ? price : other));
  const isOver = (price: number) => usedAt(table, at(price), limit) > table.limits[limit];
  if (!isOver(0)) return 0;
  let [low, high] = [0, steepest(table, limit)];
  // Prices spread over many powers of ten: halves the ratio first
  for (let step = 0; step < HALVINGS && low === 0; step++) {
    const middle = high / 1024;
    if (isOver(middle)) low = middle;
    else high = middle;
    if (high === 0) return 0;
  }
  for (let step = 0; step < HALVINGS; step++) {
    const middle = low + (high - low) / 2;
    if (isOver(middle)) low = middle;
    else high = middle;
  }
  const [below, above] = [boundAt(table, at(low)), boundAt(table, at(high))];
  return below > above ? low : high;
}

/** How much of a limited quantity the cheapest forms use; of equally cheap ones, those that use least. */
function usedAt({ rows }: Table, prices: readonly number[], limit: number): number {
  let used = 0;
  for (const forms of rows) {
    let least = Number.POSITIVE_INFINITY;
    let use = 0;
    for (const row of forms) {
      const price = priceOf(row, prices);
      if (price < least || (price === least && row.uses[limit] < use)) [least, use] = [price, row.uses[limit]];
    }
    used += use;
  }
  return used;
}

/** A price above which every matrix takes the form that uses least. */
function steepest({ rows }: Table, limit: number): number {
  let most = 0;
  for (const forms of rows) {
    const values = forms.map(({ value }) => value);
    const spread = Math.max(...values) - Math.min(...values);
    const uses = [...new Set(forms.map(({ uses }) => uses[limit]))].sort((a, b) => a - b);
    const gaps = uses.slice(1).map((use, i) => use - uses[i]);
    if (gaps.length > 0 && spread > 0) most = Math.max(most, spread / Math.min(...gaps));
  }
  // With other prices in force, the values that are compared spread further
  return Math.min(Number.MAX_VALUE, 4 * most);
}
