/**
 * Relative error, bytes and time of pruning with and without codebooks on trained weights: `pnpm --filter @gcompress/benchmarks pruning`.
 * The tables of packages/pruning/README.md are copied from here.
 */
import { gzipSync } from 'node:zlib';
import { createRandom, type Matrix, matrix, relativeError, type SyncMatrixCompressor } from '@gcompress/core';
import { dequantizeUint8, quantizeUint8 } from '@gcompress/core/hosts';
import { type TrainedName, trainedMatrix } from '@gcompress/fixtures';
import { kMeans } from '@gcompress/kmeans';
import { pruned, prunedKMeans } from '@gcompress/pruning';
import { markdownTable, median } from './statistics.ts';

const RUNS = 3;
const NAMES: readonly TrainedName[] = ['fc1', 'fc2', 'conv2', 'dense1'];
const SPARSITIES = [0.5, 0.8, 0.9, 0.95];

printMethods();
printStructures();
printCodebooks();
printTimes();

function printMethods(): void {
  const rows = NAMES.flatMap((name) => {
    const weights = trained(name);
    const methods = SPARSITIES.flatMap((sparsity) => [
      row(`${percent(sparsity)}`, weights, pruned({ sparsity })),
      row(`${percent(sparsity)}, 32 levels`, weights, prunedKMeans({ sparsity, levels: 32 })),
      row(`${percent(sparsity)}, 16 levels`, weights, prunedKMeans({ sparsity, levels: 16 })),
    ]);
    return [uint8Row(weights), ...methods].map((cells) => [name, ...cells]);
  });
  print('Trained weights', ['matrix', 'pruned', 'relative error', 'bytes', 'gzipped'], rows);
}

function printStructures(): void {
  const weights = trained('fc1');
  const rows = [
    row('single entries', weights, pruned({ sparsity: 0.5 })),
    row('2 of 4', weights, pruned({ structure: { m: 2, n: 4 } })),
    row('blocks 1 × 4', weights, pruned({ sparsity: 0.5, structure: { blockHeight: 1, blockWidth: 4 } })),
    row('blocks 4 × 4', weights, pruned({ sparsity: 0.5, structure: { blockHeight: 4, blockWidth: 4 } })),
    row('whole rows', weights, pruned({ sparsity: 0.5, structure: { blockHeight: 1, blockWidth: -1 } })),
  ];
  print('What is pruned together, half of fc1', ['structure', 'relative error', 'bytes', 'gzipped'], rows);
}

/** Error of the codebook compared with the optimum over the same kept entries, which `@gcompress/kmeans` finds. */
function printCodebooks(): void {
  const rows = NAMES.flatMap((name) =>
    [16, 256].map((levels) => {
      const weights = trained(name);
      const kept = pruned({ sparsity: 0.5 }).compress(weights);
      const values = Float32Array.from(kept.pack().tensors.values.data);
      const line = matrix([1, values.length], values);
      const own = relativeError(
        line,
        prunedKMeans({ sparsity: 0, levels, allowLarger: true }).compress(line).decompress(),
      );
      const best = relativeError(line, kMeans({ levels, keepZero: false }).compress(line).decompress());
      return [name, `${levels}`, best.toFixed(6), `${(((own / best) ** 2 - 1) * 100).toFixed(4)} %`];
    }),
  );
  print('Codebooks of half the entries', ['matrix', 'levels', 'least error', 'squared error above it'], rows);
}

function printTimes(): void {
  const large = matrix([2048, 2048], Float32Array.from({ length: 2048 ** 2 }, createRandom(1).normal));
  const cases: readonly (readonly [string, Matrix, SyncMatrixCompressor])[] = [
    ['fc1, 90 %', trained('fc1'), pruned({ sparsity: 0.9 })],
    ['fc1, 90 %, 16 levels', trained('fc1'), prunedKMeans({ sparsity: 0.9 })],
    ['fc1, 50 %, 256 levels', trained('fc1'), prunedKMeans({ sparsity: 0.5, levels: 256 })],
    ['2048 × 2048 normal entries, 90 %, 16 levels', large, prunedKMeans({ sparsity: 0.9 })],
  ];
  const rows = cases.map(([title, weights, compressor]) => {
    const times = Array.from({ length: RUNS }, () => {
      const start = performance.now();
      compressor.compress(weights);
      return performance.now() - start;
    });
    return [title, median(times).toFixed(0)];
  });
  print(`Compressing, median of ${RUNS}`, ['case', 'ms'], rows);
}

function row(title: string, weights: Matrix, compressor: SyncMatrixCompressor): string[] {
  const compressed = compressor.compress(weights);
  const stored = Object.values(compressed.pack().tensors).map(({ data }) => bytesOf(data));
  const gzipped = gzipSync(Buffer.concat(stored), { level: 9 }).length;
  const error = relativeError(weights, compressed.decompress()).toFixed(3);
  return [title, error, size(compressed.byteLength, weights), size(gzipped, weights)];
}

function uint8Row(weights: Matrix): string[] {
  const quantized = quantizeUint8(weights.data);
  const error = relativeError(weights, matrix(weights.shape, dequantizeUint8(quantized))).toFixed(3);
  const gzipped = gzipSync(quantized.codes, { level: 9 }).length;
  return ['nothing, plain uint8', error, size(quantized.codes.length + 8, weights), size(gzipped, weights)];
}

function size(bytes: number, { data }: Matrix): string {
  return `${bytes.toLocaleString('en-US')} (${(data.byteLength / bytes).toFixed(1)}×)`;
}

function percent(part: number): string {
  return `${part * 100} %`;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function trained(name: TrainedName): Matrix {
  const { shape, data } = trainedMatrix(name);
  return matrix(shape, data);
}

function print(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`\n${title}\n\n${markdownTable(head, rows)}`);
}
