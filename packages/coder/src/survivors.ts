// Viterbi search of dependent quantisation: the cheapest path through the trellis.
import type { BitTable } from './levels/bit-table.ts';
import type { WalkingLevelModel } from './levels/walking-level-model.ts';
import type { Places, Scaled } from './scaled.ts';
import { multipleOf, nextState, type Trellis } from './trellis.ts';

/** Surviving paths: for each entry and state, the index that leads there and the state before it. */
export class Survivors {
  readonly #rules: Uint8Array;
  readonly #spread: number;
  readonly #states: number;
  readonly #chosen: Int32Array;
  readonly #from: Uint8Array;
  #costs: Float64Array;
  #nextCosts: Float64Array;

  constructor([rules, spread]: Trellis, entries: number) {
    this.#rules = rules;
    this.#spread = spread;
    const states = rules.length / 3;
    this.#states = states;
    this.#chosen = new Int32Array(entries * states);
    this.#from = new Uint8Array(entries * states);
    this.#costs = new Float64Array(states);
    this.#nextCosts = new Float64Array(states);
  }

  /**
   * Writes the indices of the cheapest path from state `start`. All paths share the contexts of plain rounding, which avoids a model for
   * each path. The caller must restore the model afterwards.
   */
  choose(
    { values, weights }: Scaled,
    bitCost: number,
    indices: Int32Array,
    { first, end }: Places,
    start: number,
    model: WalkingLevelModel,
    table: BitTable,
  ): void {
    const states = this.#states;
    this.#costs.fill(Number.POSITIVE_INFINITY);
    this.#costs[start] = 0;
    for (let at = first; at < end; at++) {
      const size = Math.abs(values[at]);
      const weight = weights.length === 1 ? weights[0] : weights[at];
      const bucket = model.bucket();
      const { neighbours } = model;
      this.#nextCosts.fill(Number.POSITIVE_INFINITY);
      for (let q = 0; q < 2; q++) {
        const cost = (index: number) => {
          const error = size - multipleOf(index, q, this.#spread);
          return weight * error * error + (bitCost > 0 ? bitCost * table.of(q, bucket, neighbours, index) : 0);
        };
        // Candidates: 0 and the two indices around the entry, one of them even
        const lower = Math.floor((size + q) / 2);
        const lowerCost = cost(lower);
        const upperCost = cost(lower + 1);
        const zeroCost = lower === 0 ? lowerCost : cost(0);
        for (let state = 0; state < states; state++) {
          if (this.#rules[3 * state] !== q) continue;
          this.#extend(at - first, state, lower, lowerCost);
          this.#extend(at - first, state, lower + 1, upperCost);
          if (lower !== 0) this.#extend(at - first, state, 0, zeroCost);
        }
      }
      [this.#costs, this.#nextCosts] = [this.#nextCosts, this.#costs];
      model.observe(Math.round(size / 2));
    }
    this.#trace(values, indices, first, end);
  }

  /** Follows the cheapest path backwards and writes its indices. */
  #trace(values: Float32Array, indices: Int32Array, first: number, end: number): void {
    const states = this.#states;
    let state = this.#costs.indexOf(Math.min(...this.#costs));
    for (let at = end - 1; at >= first; at--) {
      const index = this.#chosen[(at - first) * states + state];
      indices[at] = values[at] < 0 ? -index : index;
      state = this.#from[(at - first) * states + state];
    }
  }

  #extend(entry: number, state: number, index: number, cost: number): void {
    const total = this.#costs[state] + cost;
    const to = nextState(this.#rules, state, index);
    if (total >= this.#nextCosts[to]) return;
    this.#nextCosts[to] = total;
    const at = entry * this.#states + to;
    this.#chosen[at] = index;
    this.#from[at] = state;
  }
}
