// The search for a step: how few rounds it needs, and how near it comes to the wanted bits.
import { momentInputs, momentsOf } from '@gcompress/fixtures/moment-inputs';
import { normalMatrix } from '@gcompress/testkit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { uniform } from '../src/index.ts';
import { CLOSE, StepBracket } from '../src/step-bracket.ts';

const ENTRIES = 1000;

it('a bracket finds the step for a code whose bits fall with any slope', () => {
  const cases = fc.tuple(
    fc.double({ min: 0.1, max: 1.1, noNaN: true }),
    fc.double({ min: 0.2, max: 8, noNaN: true }),
    fc.double({ min: -6, max: 6, noNaN: true }),
  );
  const property = fc.property(cases, ([slope, rate, start]) => {
    // The wanted rate at step 1
    const bitsAt = (step: number) => Math.max(0.001, (rate - slope * Math.log2(step)) * ENTRIES);
    const bracket = new StepBracket(rate * ENTRIES, ENTRIES);
    let step = 2 ** start;
    let rounds = 1;
    while (!bracket.add(step, bitsAt(step)) && rounds < 20) {
      step = bracket.next(step, bitsAt(step));
      rounds++;
    }
    expect(rounds).toBeLessThanOrEqual(12);
    expect(bracket.fits).toBeGreaterThan(1 - 1e-9);
    const isClose = bitsAt(bracket.fits) >= rate * ENTRIES * (1 - CLOSE) || bracket.fits <= bracket.tooSmall * 1.0005;
    expect(isClose).toBe(true);
  });
  fc.assert(property, { numRuns: 300, seed: 1 });
});

it.each([0.3, 1, 3, 6])('a large matrix takes at most %f bits an entry, and at least 99 hundredths of them', (bits) => {
  const { byteLength } = uniform({ bits }).compress(normalMatrix([300, 500], 1));
  expect(byteLength).toBeLessThanOrEqual((bits * 300 * 500) / 8);
  expect(byteLength).toBeGreaterThanOrEqual((0.99 * bits * 300 * 500) / 8);
});

it('a large matrix with moments takes its bytes too', () => {
  const inputMoments = momentsOf(momentInputs(600, 300), 300);
  const { byteLength } = uniform({ bits: 2 }).compress(normalMatrix([300, 500], 1), { inputMoments });
  expect(byteLength).toBeLessThanOrEqual((2 * 300 * 500) / 8);
  expect(byteLength).toBeGreaterThanOrEqual((0.98 * 2 * 300 * 500) / 8);
});
