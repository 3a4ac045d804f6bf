import { mnist } from '@gcompress/example-datasets';
import { fileFormats } from '../src/network/formats.ts';
import { classify, readNetwork } from '../src/network/stored-network.ts';

/** What the network of a file reads in the first test digits, computed in Node. */
export async function readingsInNode(bytes: Uint8Array, count: number): Promise<number[]> {
  const probabilities = classify(await readNetwork(bytes, fileFormats), mnist('test', count).images);
  return Array.from({ length: count }, (_, i) => {
    const row = probabilities.subarray(10 * i, 10 * i + 10);
    return row.indexOf(Math.max(...row));
  });
}

/** How often readings are right, as the pages write it. */
export function accuracyInWords(readings: readonly number[]): string {
  const { labels } = mnist('test', readings.length);
  const right = readings.filter((digit, i) => digit === labels[i]).length;
  return `${((100 * right) / readings.length).toFixed(1)} %`;
}
