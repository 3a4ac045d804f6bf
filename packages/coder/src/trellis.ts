// State machines of dependent quantisation: transitions, the quantiser of each state, and conversion between indices and multiples.

/** Number of trellis states; 0 means independent rounding, where the index is the multiple itself. */
export type TrellisStates = 0 | 4 | 8;

/** All allowed numbers of states, in the order of the codec numbers 1 to 3 of streams. */
export const TRELLIS_STATES: readonly TrellisStates[] = [0, 4, 8];

/** A trellis as two tables. */
export interface Trellis {
  readonly states: number;
  /** State that follows state `s` after an index of parity `p`, at `2·s + p`. */
  readonly next: Uint8Array;
  /** Quantiser of each state: 0 has the even multiples of the step, 1 the odd ones and zero. */
  readonly quantiser: Uint8Array;
  /** Distance of consecutive indices of one quantiser in steps: 1 without a trellis, else 2. */
  readonly spread: number;
}

/** The transitions after an even and an odd index, state by state, as in VVC and ISO/IEC 15938-17, in the order of the codec numbers. */
const TRANSITIONS = ['00', '02201331', '0257136420463175'];

/** The trellis with this number of states. */
export function trellisOf(states: TrellisStates): Trellis {
  return trellisOfCodec(1 + TRELLIS_STATES.indexOf(states)) as Trellis;
}

/** The trellis of a codec; undefined for numbers other than 1 to 3. */
export function trellisOfCodec(codec: number): Trellis | undefined {
  const digits = TRANSITIONS[codec - 1];
  if (!digits) return undefined;
  const next = Uint8Array.from(digits, Number);
  const states = next.length / 2;
  const quantiser = Uint8Array.from({ length: states }, (_, state) => (states > 4 ? state & 1 : state >> 1));
  return { states, next, quantiser, spread: states > 1 ? 2 : 1 };
}

/** The multiple of the step that an index stands for. */
export function multipleOf(index: number, quantiser: number, { spread }: Trellis): number {
  return spread * index - quantiser * Math.sign(index);
}

/** The index of a multiple of the step; not an integer if the quantiser lacks the multiple. */
export function indexOf(multiple: number, quantiser: number, { spread }: Trellis): number {
  return (multiple + quantiser * Math.sign(multiple)) / spread;
}
