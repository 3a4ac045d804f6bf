// The results as a table, and the line that compares them.
import Table from 'cli-table3';
import type { Result } from './job.ts';

const HEAD = ['model', 'accuracy', 'parameters', 'disk', 'gzipped', 'memory', 'batch of 1', 'batch of 32'];

/** The results as a table for a terminal. */
export function resultsTable(results: readonly Result[]): string {
  const table = new Table({
    head: HEAD,
    colAligns: HEAD.map((_, i) => (i === 0 ? 'left' : 'right')),
    style: { head: [] },
  });
  table.push(...results.map(cells));
  return table.toString();
}

/** One sentence that says what was gained, and what was lost. */
export function summary([dense, uint8, compressed]: readonly Result[]): string {
  const points = (compressed.accuracy - dense.accuracy) * 100;
  const change =
    Math.abs(points) < 0.005 ? 'no change' : `${Math.abs(points).toFixed(2)} points ${points < 0 ? 'less' : 'more'}`;
  const times = (a: number, b: number) => `${(a / b).toFixed(1)}×`;
  const less = (a: number, b: number) => (a >= b ? `${times(a, b)} fewer` : `${times(b, a)} more`);
  const faster = (a: number, b: number) => (a >= b ? `${times(a, b)} as fast` : `${times(b, a)} as slow`);
  return (
    `compressed against dense: ${less(dense.diskBytes, compressed.diskBytes)} bytes on disk (gzipped ` +
    `${times(dense.gzippedBytes, compressed.gzippedBytes)}, where uint8 alone gains ${times(dense.gzippedBytes, uint8.gzippedBytes)}), ` +
    `${less(dense.memoryBytes, compressed.memoryBytes)} in memory, ` +
    `${faster(dense.batch32Ms, compressed.batch32Ms)} at a batch of 32, ${change} of accuracy.`
  );
}

function cells(result: Result): string[] {
  return [
    result.name,
    `${(result.accuracy * 100).toFixed(2)} %`,
    result.parameters.toLocaleString('en-US'),
    kilobytes(result.diskBytes),
    kilobytes(result.gzippedBytes),
    kilobytes(result.memoryBytes),
    `${result.batch1Ms.toFixed(2)} ms`,
    `${result.batch32Ms.toFixed(2)} ms`,
  ];
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toLocaleString('en-US', { maximumFractionDigits: 1, minimumFractionDigits: 1 })} kB`;
}
