// The picture of test error against bytes on MNIST: networks trained to a size, beside uint8, k-means and low rank of docs/results/mnist.md.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { axisX, dot, line, ruleY, text } from '@observablehq/plot';
import { COLORS, savePlot } from './save-plot.ts';

/** A network in a file. */
export interface FilePoint {
  /** Bytes of the whole file. */
  readonly bytes: number;
  /** Test error in percent. */
  readonly error: number;
}

const MNIST = resolve(import.meta.dirname, '../../../docs/results/mnist.md');
/** Beginnings of the rows that are shown, with their colours. */
const FAMILIES: Readonly<Record<string, Family>> = {
  'dense as uint8': { family: 'uint8, gzip', color: COLORS.purple, dy: -14 },
  'low rank': { family: 'low rank, gzip', color: COLORS.blue, dy: 16 },
  'k-means': { family: 'k-means, gzip', color: COLORS.green, dy: -14 },
};
const SIZED: Family = { family: 'trained to a size', color: COLORS.main, dx: 62, dy: 0 };

/** Points of one line, and how far its name stands to the right of and below its first point, in pixels. */
interface Family {
  readonly family: string;
  readonly color: string;
  readonly dx?: number;
  readonly dy: number;
}

/** Draws `docs/pictures/record.svg`. */
export function saveErrorAgainstBytes(sized: readonly FilePoint[], dense: number): void {
  const points = [...rivals(), ...sized.map((point) => ({ ...point, ...SIZED }))].sort((a, b) => a.bytes - b.bytes);
  const names = [SIZED, ...Object.values(FAMILIES)].map(({ family, color, dx = 0, dy }) =>
    text([points.find((point) => point.family === family)], {
      ...{ x: 'bytes', y: 'error', text: 'family', fill: color, dx, dy, fontSize: 13 },
    }),
  );
  savePlot('record', 'Test error of the 784-300-100-10 network on MNIST against the bytes of its file', {
    width: 720,
    height: 340,
    marginLeft: 48,
    marginRight: 40,
    x: { type: 'log', domain: [5000, 300_000], label: 'bytes of the file →' },
    y: { label: '↑ test error, %', grid: true, nice: true },
    marks: [
      axisX({ ticks: [5000, 10_000, 20_000, 50_000, 100_000, 200_000], tickFormat: (bytes) => `${bytes / 1000} kB` }),
      ruleY([dense], { stroke: COLORS.gray, strokeDasharray: '4 3' }),
      text([[30_000, dense]], { text: ['dense, trained as long'], dy: -8, fill: COLORS.gray }),
      line(points, { x: 'bytes', y: 'error', z: 'family', stroke: 'color', strokeWidth: 2 }),
      dot(points, { x: 'bytes', y: 'error', fill: 'color', r: 4 }),
      ...names,
    ],
  });
}

/** The rows of the page that were trained without a size, with the gzipped bytes of all files of a model. */
function rivals(): (FilePoint & Family)[] {
  const rows = readFileSync(MNIST, 'utf8')
    .split('\n')
    .filter((row) => row.startsWith('|'))
    .map((row) => row.split('|').map((cell) => cell.trim()));
  const header = rows[0];
  const [model, accuracy, gzipped] = ['model', 'accuracy', 'gzipped'].map((name) => header.indexOf(name));
  return rows.flatMap((row) => {
    const found = Object.entries(FAMILIES).find(([start]) => row[model].startsWith(start));
    if (!found) return [];
    const [error, kilobytes] = [100 - Number.parseFloat(row[accuracy]), Number.parseFloat(row[gzipped])];
    return [{ ...found[1], bytes: 1000 * kilobytes, error }];
  });
}
