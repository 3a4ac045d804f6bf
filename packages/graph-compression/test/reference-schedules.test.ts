import { isGCompressError, type JsonObject } from '@gcompress/core';
import { golden } from '@gcompress/fixtures';
import { scheduleFromConfig } from '@gcompress/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { range, run, type Update } from '../../scheduler/test/run.ts';
import { referenceEager, referenceGraph, referenceHost } from '../src/index.ts';

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

  it('make the first update of a graph at frequency − 1', () => {
    const schedule = referenceGraph({ begin: 0, end: 20, frequency: 10, decrement: 0.25 });
    expect(run(schedule, range(0, 40)).updates.map(({ step }) => step)).toEqual([9, 19]);
  });

  it('compress again only while alpha is above 0, even if updates continue', () => {
    const { updates } = run(referenceGraph({ frequency: 10, decrement: 0.4, refactorEvery: 1 }), range(0, 100));
    expect(updates.filter(({ compress }) => compress).map(({ step }) => step)).toEqual([9, 19, 29]);
    expect(updates).toHaveLength(10);
  });
});

describe('a reference schedule', () => {
  const kinds = [referenceGraph, referenceHost, referenceEager];

  it('continues after an interruption, also when made again from its configuration', () => {
    const options = fc.record({
      begin: fc.nat(40),
      length: fc.nat(80),
      decrement: fc.double({ min: 0.005, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.constantFrom(...kinds), options, fc.nat(60), (kind, { begin, length, decrement }, cut) => {
        const schedule = kind({ begin, end: begin + length, decrement });
        const steps = range(0, 140);
        const whole = run(schedule, steps);
        const first = run(schedule, steps.slice(0, cut));
        const saved = JSON.parse(JSON.stringify({ config: schedule.config, state: first.state }));
        const second = run(scheduleFromConfig(saved.config, kinds), steps.slice(cut), saved.state);
        expect([...first.updates, ...second.updates]).toEqual(whole.updates);
        expect(second.state).toEqual(whole.state);
      }),
    );
  });

  it.each<[JsonObject, string, string]>([
    [{ kind: 'reference-graph', begin: 9, end: 5 }, 'referenceGraph end', 'invalid-option'],
    [{ kind: 'reference-host', decrement: 2 }, 'referenceHost decrement', 'invalid-option'],
    [{ kind: 'reference-eager', begin: -5 }, 'referenceEager begin', 'invalid-option'],
    [{ kind: 'reference-host', frequency: 10 }, "got 'frequency'", 'unknown-option'],
  ])('refuses %j', (config, message, code) => {
    expect(() => scheduleFromConfig(config, kinds)).toThrow(message);
    expect(() => scheduleFromConfig(config, kinds)).toThrow(expect.objectContaining({ code }));
  });

  it('is known to scheduleFromConfig only if its factory is passed', () => {
    expect(() => scheduleFromConfig({ kind: 'reference-graph' })).toThrow(/scheduleFromConfig kind/);
  });

  it('moves with stagger', () => {
    const schedule = referenceGraph({ end: 9, stagger: { maxSteps: 2 ** 20 } });
    expect(schedule.forLayer('a').config.begin).toBeGreaterThan(0);
  });

  const count = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(2 ** 31, 2 ** 53, Number.POSITIVE_INFINITY, -14));
  it.each([referenceGraph({}), referenceHost({ decrement: 1e-9, end: 1000 }), referenceEager({})])(
    'gives an alpha in [0, 1] by $config.kind for every state of integers, and refuses any other',
    (schedule) => {
      fc.assert(
        fc.property(count, count, fc.nat(), (updates, lastUpdateStep, step) => {
          const state = { updates, lastUpdateStep };
          const possible =
            [updates, lastUpdateStep].every(Number.isSafeInteger) && updates >= 0 && lastUpdateStep >= -1;
          if (!possible) {
            expect(() => schedule.alpha(state)).toThrow(expect.toSatisfy((e) => isGCompressError(e)));
            return;
          }
          const alpha = schedule.alpha(state);
          expect(alpha >= 0 && alpha <= 1).toBe(true);
          schedule.update(step, state);
        }),
      );
    },
  );
});
