// The tables of a plan: the chosen form of each weight, and the Pareto curve.
import type { PlanChoice, PlanPoint } from '@gcompress/planner';
import type { PlannedForm, PlanTimes } from '@gcompress/post-training';
import { formatBytes, formatError } from '../output/byte-size.ts';
import type { Column, TableContent } from '../output/table.ts';

type Point = PlanPoint<PlannedForm>;

/** Characters of the longest bar. */
const BAR = 24;

/** Columns of the chosen forms. */
export const FORM_COLUMNS: readonly Column[] = [
  { head: 'weight', align: 'left' },
  { head: 'method', align: 'left' },
  { head: 'options', align: 'left' },
  { head: 'packed', align: 'right' },
  { head: 'relative error', align: 'right' },
  { head: 'part of the cost', align: 'right' },
];

/** The forms of the weights that can be compressed. */
export function formRows({ choices, error }: Point): string[][] {
  return choices
    .filter(isPlanned)
    .map(({ name, form, cost }) => [
      name,
      form.compressor ? form.method : `${form.options.storedAs ?? 'uncompressed'}`,
      form.compressor ? optionWords(form) : '',
      formatBytes(form.sizes.packed ?? 0),
      formatError(Math.sqrt(form.error)),
      error > 0 ? `${((100 * cost) / error).toFixed(1)} %` : '',
    ]);
}

/** Whether a weight was planned: its errors cost something, or it is compressed. */
function isPlanned({ form, cost }: PlanChoice<PlannedForm>): boolean {
  return form.compressor !== undefined || cost > 0;
}

/** The options of a method that say its size and form. */
function optionWords({ options }: PlannedForm): string {
  return Object.entries(options)
    .filter(([, value]) => typeof value === 'number' || typeof value === 'string')
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

/** The curve, with bars for the bytes and a mark at the plan. */
export function curveTable(
  curve: readonly Point[],
  { plan, dropOf }: { readonly plan: Point | undefined; readonly dropOf?: ((error: number) => number) | undefined },
): TableContent {
  const most = Math.max(...curve.map(({ sizes }) => sizes.packed ?? 0));
  const marked = plan && nearest(curve, plan);
  return {
    columns: [
      { head: 'packed', align: 'right' },
      { head: '', align: 'left' },
      { head: 'expected error', align: 'right' },
      { head: 'range', align: 'left' },
      ...(dropOf ? [{ head: 'expected drop', align: 'right' } as const] : []),
      { head: '', align: 'left' },
    ],
    rows: curve.map((point) => [
      formatBytes(point.sizes.packed ?? 0),
      '▇'.repeat(Math.max(1, Math.round((BAR * (point.sizes.packed ?? 0)) / most))),
      formatError(Math.sqrt(point.error)),
      point.range.map((error) => formatError(Math.sqrt(error))).join(' to '),
      ...(dropOf ? [`${dropOf(point.error).toFixed(2)} %`] : []),
      point === marked ? '← plan' : '',
    ]),
  };
}

/** The point whose bytes are nearest to those of a plan. */
function nearest(curve: readonly Point[], plan: Point): Point | undefined {
  const away = ({ sizes }: Point) => Math.abs(Math.log((sizes.packed ?? 1) / (plan.sizes.packed ?? 1)));
  return curve.reduce<Point | undefined>(
    (best, point) => (best && away(best) <= away(point) ? best : point),
    undefined,
  );
}

/** A point as data for programs. */
export function pointData({ choices, sizes, error, range, timeRange }: Point, dropOf?: (error: number) => number) {
  return {
    ...sizes,
    error,
    range,
    ...(timeRange && { timeRange }),
    ...(dropOf && { drop: dropOf(error) }),
    weights: choices.filter(isPlanned).map(({ name, form, cost }) => ({
      name,
      method: form.compressor ? form.method : null,
      options: form.options,
      packed: form.sizes.packed,
      error: form.error,
      deviation: form.deviation ?? 0,
      cost,
      ...(form.sizes.time !== undefined && { time: form.sizes.time }),
    })),
  };
}

/** The expected time of a plan, how sure it is, and what it was derived from. */
export function timeWords({ sizes, timeRange = [0, 0] }: Point, { table, original }: Required<PlanTimes>): string {
  const [time, low, high, before] = [sizes.time ?? 0, ...timeRange, original].map((each) => each.toPrecision(3));
  const products = Object.values(table.forms).flat().length;
  return (
    `time: about ${time} ms (${low} to ${high} ms) for one example, where factors of products are kept as they are; ${before} ms measured for the ` +
    `original; from ${products} products measured on ${table.backend}`
  );
}
