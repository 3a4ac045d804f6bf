import { golden } from '@gcompress/fixtures';
import { describe, expect, it } from 'vitest';
import { linearAlpha, referenceEager, referenceGraph, referenceHost } from '../src/index.ts';
import { range, run, type Update } from './run.ts';

interface ScheduleCase {
  readonly rule: 'graph' | 'host' | 'eager';
  readonly begin: number;
  readonly end: number;
  readonly frequency: number;
  readonly decrement: number;
  readonly steps: number;
  readonly updates: Update[];
}

const cases = golden<ScheduleCase[]>('schedule');

function referenceRule({ rule, begin, end, frequency, decrement }: ScheduleCase) {
  if (rule === 'graph') return referenceGraph({ begin, end, frequency, decrement });
  return rule === 'host' ? referenceHost({ begin, end, decrement }) : referenceEager({ begin, end, decrement });
}

describe("the reference's rules", () => {
  it.each(cases)('$rule from $begin to $end every $frequency by $decrement', (each) => {
    const { updates } = run(referenceRule(each), range(0, each.steps));
    expect(updates.map(({ step, compress }) => ({ step, compress }))).toEqual(
      each.updates.map(({ step, compress }) => ({ step, compress })),
    );
    updates.forEach(({ alpha }, i) => {
      expect(alpha).toBeCloseTo(each.updates[i].alpha, 12);
    });
  });

  it.each(cases)('$rule from $begin to $end every $frequency by $decrement knows where alpha reaches 0', (each) => {
    const schedule = referenceRule(each);
    const zero = each.updates.find(({ alpha }) => alpha === 0)?.step;
    if (zero === undefined && schedule.zeroStep !== undefined)
      expect(schedule.zeroStep).toBeGreaterThanOrEqual(each.steps);
    else expect(schedule.zeroStep).toBe(zero);
  });

  it('lower alpha at every call of the host and eager rules, twice in one step too', () => {
    const schedule = referenceHost({ begin: 1000, end: 120000, decrement: 0.01 });
    const { updates } = run(schedule, [1001, 1001, 2000]);
    expect(updates.map(({ compress }) => compress)).toEqual([true, false, false]);
    expect(updates[2].alpha).toBeCloseTo(0.97, 12);
  });

  it('need 200 updates in the CIFAR-10 run, where float32 needs 201', () => {
    expect(referenceGraph({ begin: 40000, end: 100000, frequency: 100, decrement: 0.005 }).zeroStep).toBe(59900);
  });
});

describe('the documented rule', () => {
  it('makes the steps of the reference’s tests', () => {
    const { updates, state } = run(
      linearAlpha({ begin: 1000, end: 120000, frequency: 10, decrement: 0.01 }),
      [30, 1001, 1001, 2000],
    );
    expect(updates).toEqual([
      { step: 1001, compress: true, alpha: 0.99 },
      { step: 2000, compress: false, alpha: 0.98 },
    ]);
    expect(state).toEqual({ updates: 2, lastUpdateStep: 2000 });
  });

  it('updates at begin, begin + frequency, …, where the graph rule waits for frequency − 1', () => {
    const options = { begin: 0, end: 20, frequency: 10, decrement: 0.25 };
    expect(run(linearAlpha(options), range(0, 40)).updates).toEqual([
      { step: 0, compress: true, alpha: 0.75 },
      { step: 10, compress: false, alpha: 0.5 },
      { step: 20, compress: false, alpha: 0.25 },
    ]);
    expect(run(referenceGraph(options), range(0, 40)).updates.map(({ step }) => step)).toEqual([9, 19]);
  });
});
