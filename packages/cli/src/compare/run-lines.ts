// Times and memory of a report as lines for a terminal.
import type { ReportData, TimeSpread } from '@gcompress/report';
import { formatBytes } from '../output/byte-size.ts';

/** Lines with the memory of the weights, and with times, backend and machine. */
export function runLines({ memory, latency }: Pick<ReportData, 'memory' | 'latency'>): string[] {
  const lines: string[] = [];
  if (memory) {
    const { original, packed, packedLayers } = memory;
    const compressed = packedLayers === undefined ? '' : `, with packed layers ${formatBytes(packedLayers)}`;
    lines.push(`Weights in memory: original ${formatBytes(original)}, packed file ${formatBytes(packed)}${compressed}`);
  }
  if (latency) {
    lines.push(`Median times on ${latency.backend}, ${latency.machine}, with quartiles:`);
    for (const { batch, runs, original, packed } of latency.batches) {
      const what = `${batch} example${batch === 1 ? '' : 's'}, ${runs} runs`;
      lines.push(`  ${what}: original ${timeText(original)}, packed file ${timeText(packed)}`);
    }
  }
  return lines;
}

function timeText({ median, low, high }: TimeSpread): string {
  const text = (time: number) => (time < 100 ? time.toPrecision(3) : time.toFixed(0));
  return `${text(median)} ms (${text(low)} to ${text(high)})`;
}
