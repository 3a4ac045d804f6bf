// The results as a table.
import Table from 'cli-table3';
import type { Written } from './job.ts';

/** A model on the disk, and its error in percent on the test digits. */
export interface Result extends Written {
  readonly testError: number;
}

/** The results as a table for a terminal. */
export function resultsTable(results: readonly Result[]): string {
  const head = ['model', 'bytes', 'of uint8, gzip', 'test error'];
  const table = new Table({ head, colAligns: ['left', 'right', 'right', 'right'], style: { head: [] } });
  const rival = results.find(({ name }) => name.startsWith('uint8')) ?? results[0];
  for (const { name, bytes, testError } of results) {
    table.push([
      name,
      bytes.toLocaleString('en-US'),
      `${(bytes / rival.bytes).toFixed(3)}×`,
      `${testError.toFixed(2)} %`,
    ]);
  }
  return table.toString();
}
