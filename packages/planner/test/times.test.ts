// Expected times from given tables, the measurement by an artificial clock, and plans within a limit on the time.
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@gcompress/core';
import { testRuns } from '@gcompress/fixtures/test-runs';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { folderStore } from '../src/folder/index.ts';
import { createPlan, expectedTimes, measuredTime, measureTimes, memoryStore, type ProductSize } from '../src/index.ts';
import { form } from './problems.ts';

type Costs = readonly [call: number, multiplyAdd: number, byte: number, rowByte: number, value: number];

/** The time of a product on a machine with these costs in nanoseconds. */
function timeOn(costs: Costs, { rows, inputs, outputs, bytes = 4 * inputs * outputs }: ProductSize): number {
  const work = [1, rows * inputs * outputs, bytes, rows * bytes, rows * (inputs + outputs)];
  return work.reduce((sum, each, i) => sum + each * costs[i], 0) / 1e6;
}

/** A machine whose clock advances by the time of each product, `noise` more or less. */
function machine(costs: Costs, noise = 0) {
  const random = createRandom(1);
  let now = 0;
  const runs = vi.fn();
  return {
    clock: () => now,
    runs,
    form: (bytes?: (size: ProductSize) => number) => (size: Required<ProductSize>) => {
      const own = { ...size, bytes: bytes?.(size) ?? size.bytes };
      const milliseconds = timeOn(costs, own) * (1 + noise * (2 * random.uniform() - 1));
      return {
        bytes: own.bytes,
        run: () => {
          runs();
          now += milliseconds;
        },
      };
    },
  };
}

const COSTS: Costs = [20_000, 0.1, 0.2, 0, 1];
const measureOn = (own: ReturnType<typeof machine>, more = {}) =>
  measureTimes({ dense: own.form() }, { backend: 'test', clock: own.clock, rounds: 1, span: 1e-6, ...more });

describe('expected times', () => {
  it('are those of the machine, within and beyond the measured sizes, for any costs', async () => {
    const cost = (most: number) => fc.oneof(fc.constant(0), fc.double({ min: most / 1000, max: most, noNaN: true }));
    const costs = fc.tuple(fc.double({ min: 100, max: 1e5, noNaN: true }), cost(1), cost(1), fc.constant(0), cost(10));
    const side = fc.integer({ min: 1, max: 2000 });
    const size = fc.record({ rows: side, inputs: side, outputs: side });
    await fc.assert(
      fc.asyncProperty(costs, size, async (own, asked) => {
        const { expect: expected } = expectedTimes(await measureOn(machine(own)));
        const { milliseconds = 0, deviation = 0 } = expected('dense', asked) ?? {};
        expect(milliseconds / timeOn(own, asked)).toBeCloseTo(1, 4);
        expect(deviation / milliseconds).toBeLessThan(1e-4);
      }),
      { numRuns: testRuns(20), seed: 1 },
    );
  });

  it('say by how much the measured times differ from them', async () => {
    const size = { rows: 8, inputs: 300, outputs: 300 };
    const { expect: expected } = expectedTimes(await measureOn(machine(COSTS, 0.2)));
    const { milliseconds = 0, deviation = 0 } = expected('dense', size) ?? {};
    // A uniform noise of 20 % has a standard deviation of 0.2 / √3
    expect(deviation / milliseconds).toBeGreaterThan(0.07);
    expect(deviation / milliseconds).toBeLessThan(0.2);
    expect(Math.abs(milliseconds / timeOn(COSTS, size) - 1)).toBeLessThan(0.2);
  });

  it('follow the bytes of a kernel whose options change them', async () => {
    const own = machine([5000, 0.2, 0, 0.1, 0]);
    const bits = (count: number) => own.form(({ inputs, outputs }) => (count * inputs * outputs) / 8);
    const table = await measureTimes({ kmeans: [bits(1), bits(8)] }, { backend: 'test', clock: own.clock, span: 1e-6 });
    const size = { rows: 3, inputs: 500, outputs: 100, bytes: 25_000 };
    const expected = expectedTimes(table).expect('kmeans', size);
    expect((expected?.milliseconds ?? 0) / timeOn([5000, 0.2, 0, 0.1, 0], size)).toBeCloseTo(1, 4);
    expect(expectedTimes(table).forms).toEqual(['kmeans']);
    expect(expectedTimes(table).expect('dense', size)).toBeUndefined();
  });
});

describe('a table', () => {
  it('is measured once, and read again from a folder as JSON', async () => {
    const folder = join(await mkdtemp(join(tmpdir(), 'gcompress-planner-')), 'times');
    const own = machine(COSTS);
    const table = await measureOn(own, { store: folderStore(folder) });
    const calls = own.runs.mock.calls.length;
    expect(await measureOn(own, { store: folderStore(folder) })).toEqual(table);
    expect(own.runs).toHaveBeenCalledTimes(calls);
    const [file] = await readdir(folder);
    expect(JSON.parse(await readFile(join(folder, file), 'utf8')).value).toEqual(table);
    await measureOn(own, { store: folderStore(folder), backend: 'another' });
    expect(own.runs.mock.calls.length).toBeGreaterThan(calls);
  });

  it('is measured anew where the store holds something else', async () => {
    const store = { ...memoryStore(), get: async () => ({ backend: 'test', forms: { dense: [] } }) };
    expect((await measureOn(machine(COSTS), { store })).forms.dense).toHaveLength(15);
  });

  it('frees what was prepared, shows progress, and can be aborted', async () => {
    const own = machine(COSTS);
    const dispose = vi.fn();
    const forms = { dense: (size: Required<ProductSize>) => ({ ...own.form()(size), dispose }) };
    const progress: number[] = [];
    const options = { backend: 'test', clock: own.clock, rounds: 1, span: 1e-6 };
    await measureTimes(forms, { ...options, onProgress: (done) => progress.push(done) });
    expect(dispose).toHaveBeenCalledTimes(16);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);
    const broken = { dense: () => ({ run: () => Promise.reject(new Error('lost')), dispose }) };
    await expect(measureTimes(broken, options)).rejects.toThrow('lost');
    expect(dispose).toHaveBeenCalledTimes(17);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(measureTimes(forms, { ...options, signal })).rejects.toThrow('enough');
  });
});

it('the fastest round counts, once it is long enough for the clock', async () => {
  let [now, calls] = [0, 0];
  // Each seventh call is slow, as if another process had run
  const run = () => {
    now += ++calls % 7 === 0 ? 10 : 1;
  };
  expect(await measuredTime(run, { clock: () => now, span: 3, rounds: 20 })).toBe(1);
  expect(await measuredTime(async () => run(), { clock: () => now, span: 3, rounds: 20 })).toBe(1);
  await expect(measuredTime(() => {}, { clock: () => 0, rounds: 1 })).rejects.toThrow('a clock that advances');
});

describe('a plan within a limit on the time', () => {
  const timed = (time: number, error: number, timeDeviation = 0) =>
    form(10, error, { sizes: { packed: 10, time }, timeDeviation });
  const matrices = ['a', 'b'].map((name) => ({
    name,
    dense: timed(4, 0),
    candidates: [timed(1, 0.5, 0.1), timed(2, 0.1, 0.2)],
  }));

  it('keeps it, and says what it expects and how sure it is', () => {
    const { sizes, timeRange, error } = createPlan(matrices, { limits: { time: 5 }, fixed: { time: 1 } });
    expect(sizes.time).toBe(5);
    expect(error).toBe(0.2);
    expect(timeRange?.map((time) => time.toFixed(9))).toEqual(['4.200000000', '5.800000000']);
  });

  it('is refused with the least possible, and where forms have no time', () => {
    expect(() => createPlan(matrices, { limits: { time: 1 } })).toThrow('createPlan time: expected at least 2');
    const without = [{ name: 'c', dense: form(10, 0), candidates: [] }];
    expect(() => createPlan(without, { limits: { time: 1 } })).toThrow('expected sizes with time');
    expect(createPlan(without, { limits: { packed: 10 } }).timeRange).toBeUndefined();
  });
});

describe('refused', () => {
  const table = { backend: 'test', forms: {} };
  it.each([
    [{ ...table, forms: { dense: [] } }, "'dense': expected at least 6 sizes, got 0"],
    [{ ...table, forms: { dense: 7 } }, "'dense': expected at least 6 sizes, got 7"],
    [
      { ...table, forms: { dense: new Array(6).fill({ rows: 1, inputs: 1, outputs: 1, bytes: 4, milliseconds: 0 }) } },
      'milliseconds',
    ],
    [{ ...table, version: 1 }, 'version'],
  ])('a table of %j', (given, message) => {
    expect(() => expectedTimes(given as never)).toThrow(message);
  });

  it.each([
    [{}, { backend: 'test' }, 'at least one form'],
    [{ dense: 7 }, { backend: 'test' }, 'dense'],
    [{ dense: () => 7 }, { backend: 'test' }, "measureTimes forms 'dense' product"],
    [{ dense: () => ({ run: 7 }) }, { backend: 'test' }, "measureTimes forms 'dense' run"],
    [{ dense: () => ({ run: () => {} }) }, {}, 'backend'],
    [
      { dense: () => ({ run: () => {} }) },
      { backend: 'test', sizes: [{ rows: 1, inputs: 1, outputs: 1 }] },
      'at least 6 sizes',
    ],
    [{ dense: () => ({ run: () => {} }) }, { backend: 'test', repeats: 1 }, 'repeats'],
  ])('measureTimes(%o, %o)', async (forms, options, message) => {
    await expect(measureTimes(forms as never, options as never)).rejects.toThrow(message);
  });
});
