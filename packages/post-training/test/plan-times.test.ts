// Plans within a limit on the time, from given tables: nothing here depends on a clock.
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import type { ProductSize, TimeTable } from '@gcompress/planner';
import { uniform } from '@gcompress/uniform';
import { expect, it } from 'vitest';
import { planModel } from '../src/index.ts';
import { graphArtifacts } from './models.ts';

/** Milliseconds of a call, of a multiply-add, and of a byte. */
type Costs = readonly [call: number, multiplyAdd: number, byte: number];

const timeOf = ([call, multiplyAdd, byte]: Costs, { rows, inputs, outputs, bytes = 0 }: ProductSize) =>
  call + multiplyAdd * rows * inputs * outputs + byte * bytes;

/** Sizes whose times are exactly these costs. */
function sizes(costs: Costs, bits = 32) {
  return [1, 7, 50].flatMap((rows) =>
    [
      [10, 20],
      [200, 10],
      [300, 300],
    ].map(([inputs, outputs]) => {
      const size = { rows, inputs, outputs, bytes: (bits * inputs * outputs) / 8 };
      return { ...size, milliseconds: timeOf(costs, size) };
    }),
  );
}

const DENSE: Costs = [0.001, 1e-5, 0];
const table: TimeTable = { backend: 'given', forms: { dense: sizes(DENSE) } };
/** The kernel a [24, 64] at two places, the kernel c [6, 64] at one. */
const multiplyAdds = new Map([
  ['a', 2 * 24 * 64],
  ['c', 6 * 64],
]);
const rowsOf = { a: 2, c: 1 } as const;
const dense = (rows: number, inputs: number, outputs: number) => timeOf(DENSE, { rows, inputs, outputs });
const ALL = dense(2, 24, 64) + dense(1, 6, 64);

it('a limit on the time is kept by low rank, whose time is that of its factors', async () => {
  const candidates = [uniform, lowRank];
  const { plan } = await planModel(graphArtifacts(), {
    limits: { time: 0.7 * ALL },
    candidates,
    multiplyAdds,
    times: { table },
  });
  const { choices = [], sizes: { time = 0 } = {}, timeRange = [0, 0] } = plan ?? {};
  expect(time).toBeLessThanOrEqual(0.7 * ALL);
  const expected = choices.map(({ name, form: { compressor, method } }) => {
    if (name !== 'a' && name !== 'c') return 0;
    const [inputs, outputs] = name === 'a' ? [24, 64] : [6, 64];
    const rank = method === 'lowrank' ? compressor?.plan([inputs, outputs]).factors.b.shape[1] : undefined;
    const rows = rowsOf[name];
    return rank ? dense(rows, inputs, rank) + dense(rows, rank, outputs) : dense(rows, inputs, outputs);
  });
  expect(time).toBeCloseTo(
    expected.reduce((sum, each) => sum + each),
    6,
  );
  expect(choices.map(({ form }) => form.method)).toContain('lowrank');
  // The table is exact
  expect(timeRange[1] - timeRange[0]).toBeLessThan(1e-6);
});

it('a format with a kernel in the table takes the time of the kernel, others that of the dense matrix', async () => {
  const kernel: Costs = [0.0005, 0, 1e-5];
  const withKernel: TimeTable = {
    ...table,
    forms: { ...table.forms, kmeans: [...sizes(kernel, 2), ...sizes(kernel, 8)] },
  };
  const candidates = [kMeans({ levels: 4 })];
  const timed = async (own: TimeTable) => {
    const { curve } = await planModel(graphArtifacts(), { candidates, multiplyAdds, times: { table: own } });
    const forms = curve[0].choices.map(({ name, form }) => ({ name, form }));
    return forms.find(({ name }) => name === 'a')?.form ?? Promise.reject(new Error('no form'));
  };
  const [plain, fast] = [await timed(table), await timed(withKernel)];
  expect([plain.method, fast.method]).toEqual(['kmeans', 'kmeans']);
  expect(plain.sizes.time).toBeCloseTo(dense(2, 24, 64), 6);
  expect(fast.sizes.time).toBeCloseTo(
    timeOf(kernel, { rows: 2, inputs: 24, outputs: 64, bytes: fast.sizes.packed ?? 0 }),
    6,
  );
});

it('the uncompressed model takes what the original took', async () => {
  const timed = async (original: number) => {
    const options = { candidates: [lowRank], multiplyAdds, times: { table, original } };
    const { curve } = await planModel(graphArtifacts(), options);
    return curve.map(({ sizes: { time = Number.NaN } }) => time);
  };
  const slower = await timed(3 * ALL);
  expect(slower.at(-1)).toBeCloseTo(3 * ALL, 9);
  // What is not a matrix stays
  expect(Math.min(...slower)).toBeGreaterThan(2 * ALL);
  const faster = await timed(ALL / 2);
  expect(faster.at(-1)).toBeCloseTo(ALL / 2, 9);
  expect(Math.min(...faster)).toBeCloseTo((Math.min(...slower) - 2 * ALL) / 2, 9);
});

it('the range of the time follows the table', async () => {
  const noisy = sizes(DENSE).map((size, i) => ({ ...size, milliseconds: size.milliseconds * (i % 2 ? 1.1 : 0.9) }));
  const times = { table: { backend: 'given', forms: { dense: noisy } } };
  const { plan } = await planModel(graphArtifacts(), {
    limits: { time: 1 },
    candidates: [lowRank],
    multiplyAdds,
    times,
  });
  const { sizes: { time = 0 } = {}, timeRange = [0, 0] } = plan ?? {};
  expect(timeRange[0] / time).toBeGreaterThan(0.6);
  expect(timeRange[0] / time).toBeLessThan(0.9);
  expect(timeRange[0] + timeRange[1]).toBeCloseTo(2 * time, 9);
});

it.each([
  ['without multiply-adds', { times: { table } }, 'planModel times: expected multiplyAdds beside it'],
  [
    'without dense products',
    { multiplyAdds, times: { table: { backend: 'x', forms: {} } } },
    "expected the form 'dense', got none",
  ],
  ['with other options', { multiplyAdds, times: { table, backend: 'x' } }, 'backend'],
  ['with no time', { multiplyAdds, times: { table, original: 0 } }, 'original'],
  ['without a table', { multiplyAdds, times: {} }, 'expectedTimes'],
])('times are refused %s', async (_, options, message) => {
  await expect(planModel(graphArtifacts(), { limits: { time: 1 }, ...(options as object) })).rejects.toThrow(message);
});

it('a limit on the time is refused without times, and with the least possible', async () => {
  await expect(planModel(graphArtifacts(), { limits: { time: 1 } })).rejects.toThrow('expected sizes with time');
  const options = { limits: { time: ALL / 2 }, multiplyAdds, times: { table } };
  await expect(planModel(graphArtifacts(), options)).rejects.toMatchObject({ code: 'budget-unreachable' });
});
