// When a value of a training has settled.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialSettlingState, type SettlingState, settling } from '../src/index.ts';

const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 30 });
const modes = fc.constantFrom('falling', 'rising', 'steady');
const options = fc.record({
  mode: modes,
  tolerance: fc.constantFrom(0, 0.01, 0.5),
  patience: fc.integer({ min: 1, max: 4 }),
});

describe('settling', () => {
  it.each([
    ['falling', [1, 0.5, 0.499, 0.498], [false, false, false, true]],
    ['falling', [1, 1.2, 0.5, 0.6, 0.7], [false, false, false, false, true]],
    ['rising', [0.5, 0.9, 0.901, 0.2], [false, false, false, true]],
    ['steady', [10, 9, 10, 10.05, 9.95], [false, false, false, false, true]],
  ] as const)('by default, a %s value waits for two values without a change of 1 %%', (mode, seen, expected) => {
    const watch = settling({ mode });
    let state = initialSettlingState;
    const settled = seen.map((value) => {
      state = watch.observe(value, state);
      return watch.isSettled(state);
    });
    expect(settled).toEqual(expected);
  });

  it('goes on from a state that was saved as text, and from its config, as if it had not stopped', () => {
    fc.assert(
      fc.property(values, options, fc.nat(), (seen, given, stop) => {
        const watch = settling(given);
        const resumed = settling(JSON.parse(JSON.stringify(watch.config)));
        let unbroken: SettlingState = initialSettlingState;
        let broken: SettlingState = initialSettlingState;
        for (const [at, value] of seen.entries()) {
          unbroken = watch.observe(value, unbroken);
          if (at === stop % seen.length) broken = JSON.parse(JSON.stringify(broken));
          broken = (at < stop % seen.length ? watch : resumed).observe(value, broken);
        }
        expect(resumed.isSettled(broken)).toBe(watch.isSettled(unbroken));
        expect(broken.waited).toBe(unbroken.waited);
      }),
    );
  });

  it('settles for any value that no longer moves', () => {
    fc.assert(
      fc.property(values, options, (seen, given) => {
        const watch = settling(given);
        const last = seen[seen.length - 1];
        const all = [...seen, ...new Array(given.patience + 1).fill(last)] as number[];
        const state = all.reduce((before, value) => watch.observe(value, before), initialSettlingState);
        expect(watch.isSettled(state)).toBe(true);
      }),
    );
  });

  it.each<[string, () => unknown, string]>([
    ['a misspelt option', () => settling({ patients: 2 } as never), 'unknown-option'],
    ['no patience', () => settling({ patience: 0 }), 'invalid-option'],
    ['a mode that does not exist', () => settling({ mode: 'up' as never }), 'invalid-option'],
    ['a tolerance of 1', () => settling({ tolerance: 1 }), 'invalid-option'],
    ['NaN', () => settling().observe(Number.NaN, initialSettlingState), 'non-finite'],
    ['a damaged state', () => settling().isSettled({ best: 1, waited: -1 }), 'invalid-option'],
  ])('refuses %s', (_, make, code) => {
    expect(make).toThrow(expect.objectContaining({ code }));
  });
});
