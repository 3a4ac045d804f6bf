// The states of dependent quantisation: which quantiser the next entry has, and which multiple of the step an index stands for.

/** States of a trellis: 0 for independent rounding, where an index is the multiple itself. */
export type TrellisStates = 0 | 4 | 8;

/** The numbers of states that there are, in the order in which streams name them. */
export const TRELLIS_STATES: readonly TrellisStates[] = [0, 4, 8];

/** A trellis as two tables. */
export interface Trellis {
  readonly states: number;
  /** Next state of state `s` after an index of parity `p`, at `2·s + p`. */
  readonly next: Uint8Array;
  /** Quantiser of each state: 0 has the even multiples of the step, 1 the odd ones and zero. */
  readonly quantiser: Uint8Array;
  /** How many multiples lie between two indices of one quantiser: 1 without a trellis, else 2. */
  readonly spread: number;
}

/** The transitions after an even and an odd index, state by state, as in VVC and ISO/IEC 15938-17. */
const TRANSITIONS = { 0: '00', 4: '02201331', 8: '0257136420463175' };

/** The trellis with so many states. */
export function trellisOf(states: TrellisStates): Trellis {
  const next = Uint8Array.from(TRANSITIONS[states], Number);
  const count = next.length / 2;
  const quantiser = Uint8Array.from({ length: count }, (_, state) => (states === 8 ? state & 1 : state >> 1));
  return { states: count, next, quantiser, spread: states === 0 ? 1 : 2 };
}

/** The multiple of the step that an index stands for. */
export function multipleOf(index: number, quantiser: number, { spread }: Trellis): number {
  return spread * index - quantiser * Math.sign(index);
}

/** The index of a multiple of the step; not an integer where the quantiser lacks the multiple. */
export function indexOf(multiple: number, quantiser: number, { spread }: Trellis): number {
  return (multiple + quantiser * Math.sign(multiple)) / spread;
}
