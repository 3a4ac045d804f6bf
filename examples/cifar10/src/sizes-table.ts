// The table of the network's sizes: dense, as uint8, and compressed.
import Table from 'cli-table3';
import { type Sizes, sizesAsUint8, sizesOf } from './sizes.ts';
import type { StrippedNetwork } from './stripped.ts';

const HEAD = ['network', 'parameters', 'of local3 and local4', 'bytes', 'gzipped'];

/** What the network takes dense, as uint8, and compressed if it is, as a table for a terminal. */
export function sizesTable(dense: StrippedNetwork, stripped: StrippedNetwork, isCompressed: boolean): string {
  const whole = sizesOf(dense);
  const table = new Table({
    head: HEAD,
    colAligns: HEAD.map((_, i) => (i === 0 ? 'left' : 'right')),
    style: { head: [], border: [] },
  });
  const rows: [string, Sizes][] = [
    ['dense float32', whole],
    ['dense as uint8', sizesAsUint8(dense)],
  ];
  if (isCompressed)
    rows.push(['compressed', sizesOf(stripped)], ['compressed, factors as uint8', sizesAsUint8(stripped)]);
  table.push(...rows.map(([name, sizes]) => [name, ...cells(sizes, whole)]));
  return table.toString();
}

function cells(sizes: Sizes, whole: Sizes): string[] {
  const part = (key: keyof Sizes) => `${sizes[key].toLocaleString('en-US')} (${(sizes[key] / whole[key]).toFixed(3)})`;
  return [part('parameters'), part('compressedLayers'), part('bytes'), part('gzippedBytes')];
}
