// The state machines of dependent quantisation, compared with the tables of the file format.
import { expect, it } from 'vitest';
import { indexOf, multipleOf, nextState, TRELLIS_STATES, trellisOf, trellisOfCodec } from '../src/trellis.ts';

/** States after an even and an odd index, state by state, as `docs/file-format.md` has them. */
const NEXT = { 0: [0, 0], 4: [0, 2, 2, 0, 1, 3, 3, 1], 8: [0, 2, 5, 7, 1, 3, 6, 4, 2, 0, 4, 6, 3, 1, 7, 5] };

it.each(TRELLIS_STATES)('a trellis of %i states has the transitions and quantisers of the file format', (states) => {
  const [rules, spread] = trellisOf(states);
  const next = NEXT[states];
  expect(rules.length).toBe((3 * next.length) / 2);
  expect(spread).toBe(states === 0 ? 1 : 2);
  for (let state = 0; state < next.length / 2; state++) {
    expect(rules[3 * state]).toBe(states === 8 ? state % 2 : Math.floor(state / 2));
    for (const index of [0, 1, 2, -1, -2, 7])
      expect(nextState(rules, state, index)).toBe(next[2 * state + (index & 1)]);
  }
});

it('an index and its multiple of the step are converted into each other', () => {
  for (const spread of [1, 2]) {
    for (const quantiser of spread === 1 ? [0] : [0, 1]) {
      for (let index = -9; index <= 9; index++) {
        const multiple = multipleOf(index, quantiser, spread);
        expect(multiple).toBe(spread * index - (index < 0 ? -quantiser : index > 0 ? quantiser : 0));
        expect(indexOf(multiple, quantiser, spread)).toBe(index);
      }
    }
  }
  expect(Number.isInteger(indexOf(1, 0, 2))).toBe(false);
});

it('codecs other than 1 to 3 have no rules', () => {
  for (const codec of [0, 4, 255]) expect(trellisOfCodec(codec)[0].length).toBe(0);
});
