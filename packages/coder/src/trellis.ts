// State machines of dependent quantisation: transitions, the quantiser of each state, and conversion between indices and multiples.

/** Number of trellis states; 0 means independent rounding, where the index is the multiple itself. */
export type TrellisStates = 0 | 4 | 8;

/** All allowed numbers of states, in the order of the codec numbers 1 to 3 of streams. */
export const TRELLIS_STATES: readonly TrellisStates[] = [0, 4, 8];

/** A trellis, see {@link trellisOf}. */
export type Trellis = readonly [rules: Uint8Array, spread: number];

/** Rules by codec, as in VVC and ISO/IEC 15938-17. */
const RULES = ['', '000', '002020113131', '002157013164020146031175'];

/**
 * The trellis with this number of states: its rules, and the distance of consecutive indices of one quantiser in steps, which is 1 without
 * a trellis and else 2.
 *
 * The rules have three numbers for each state: its quantiser, the state after an even index, and the state after an odd one. Quantiser 0
 * has the even multiples of the step, quantiser 1 the odd ones and zero.
 */
export function trellisOf(states: TrellisStates): Trellis {
  return trellisOfCodec(1 + TRELLIS_STATES.indexOf(states));
}

/** The trellis of a codec; without rules for numbers other than 1 to 3. */
export function trellisOfCodec(codec: number): Trellis {
  return [Uint8Array.from(RULES[codec] ?? '', Number), Math.min(codec, 2)];
}

/** The state that follows a state after an index. */
export function nextState(rules: Uint8Array, state: number, index: number): number {
  return rules[3 * state + 1 + (index & 1)];
}

/** The multiple of the step that an index stands for. */
export function multipleOf(index: number, quantiser: number, spread: number): number {
  return spread * index - quantiser * Math.sign(index);
}

/** The index of a multiple of the step; not an integer if the quantiser lacks the multiple. */
export function indexOf(multiple: number, quantiser: number, spread: number): number {
  return (multiple + quantiser * Math.sign(multiple)) / spread;
}
