// The results of a sweep as a table.
import type { JsonObject, JsonValue } from '@gcompress/core';
import type { DoneJob } from '@gcompress/sweep';
import { formatError } from '../output/byte-size.ts';
import type { Column, TableContent } from '../output/table.ts';

/** A row: a result, and whether it is on the Pareto front. */
export interface Row extends Pick<DoneJob, 'configuration' | 'result' | 'milliseconds'> {
  readonly front?: boolean;
}

/** A column for each parameter that varies, each number of the results, the time, and the Pareto front if there is one. */
export function sweepTable(rows: readonly Row[]): TableContent {
  const parameters = varying(rows.map(({ configuration }) => configuration));
  const metrics = keysOf(rows.map(({ result }) => result)).filter((key) =>
    rows.some(({ result }) => typeof result[key] === 'number'),
  );
  const hasFront = rows.some(({ front }) => front !== undefined);
  const columns: Column[] = [
    ...parameters.map((head) => ({ head, align: 'left' }) as const),
    ...metrics.map((head) => ({ head, align: 'right' }) as const),
    { head: 'time', align: 'right' },
    ...(hasFront ? [{ head: 'Pareto front', align: 'left' } as const] : []),
  ];
  const cells = ({ configuration, result, milliseconds, front }: Row) => [
    ...parameters.map((key) => text(configuration[key])),
    ...metrics.map((key) => text(result[key])),
    `${(milliseconds / 1000).toFixed(2)} s`,
    ...(hasFront ? [front ? 'yes' : ''] : []),
  ];
  return { columns, rows: rows.map(cells) };
}

/** The parameters whose values differ; all of them where none does. */
function varying(configurations: readonly JsonObject[]): string[] {
  const keys = keysOf(configurations);
  const differing = keys.filter((key) => new Set(configurations.map((each) => JSON.stringify(each[key]))).size > 1);
  return differing.length > 0 ? differing : keys;
}

function keysOf(objects: readonly JsonObject[]): string[] {
  return [...new Set(objects.flatMap((each) => Object.keys(each)))];
}

function text(value: JsonValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return JSON.stringify(value);
  return Number.isInteger(value) ? value.toLocaleString('en-US') : formatError(value);
}
