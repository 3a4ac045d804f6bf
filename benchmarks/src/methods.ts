// The four methods on trained weights at 50 %, 25 % and 10 % of the bytes, beside plain uint8 + gzip: bytes, relative error without
// any training after it, and time. Writes docs/results/methods.md.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isGCompressError, type Matrix, matrix, relativeError, type SyncMatrixCompressor } from '@gcompress/core';
import { dequantizeUint8, quantizeUint8 } from '@gcompress/core/hosts';
import { dictLearn } from '@gcompress/dictlearn';
import { type TrainedName, trainedMatrix } from '@gcompress/fixtures';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { simhash } from '@gcompress/simhash';
import { markdownTable, median } from './statistics.ts';

const NAMES: readonly TrainedName[] = ['fc1', 'fc2', 'conv2', 'dense1'];
const PARTS = [0.5, 0.25, 0.1];
const REPEATS = 3;

const METHODS: Readonly<Record<string, (bytes: number) => SyncMatrixCompressor>> = {
  lowrank: (bytes) => lowRank({ bytes }),
  kmeans: (bytes) => kMeans({ bytes }),
  simhash: (bytes) => simhash({ bytes }),
  dictlearn: (bytes) => dictLearn({ bytes }),
};

interface Measured {
  readonly bytes: number;
  readonly gzipped: number;
  readonly error: number;
  readonly milliseconds: number;
}

function measure(compressor: SyncMatrixCompressor, weights: Matrix): Measured {
  const times: number[] = [];
  let compressed = compressor.compress(weights);
  for (let i = 0; i < REPEATS; i++) {
    const start = performance.now();
    compressed = compressor.compress(weights);
    times.push(performance.now() - start);
  }
  const stored = Object.values(compressed.pack().tensors).map(({ data }) => bytesOf(data));
  return {
    bytes: compressed.byteLength,
    gzipped: gzipSync(Buffer.concat(stored), { level: 9 }).length,
    error: relativeError(weights, compressed.decompress()),
    milliseconds: median(times),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function measureUint8(weights: Matrix): Measured {
  const start = performance.now();
  const quantized = quantizeUint8(weights.data);
  const milliseconds = performance.now() - start;
  const gzipped = gzipSync(quantized.codes, { level: 9 }).length;
  const error = relativeError(weights, matrix(weights.shape, dequantizeUint8(quantized)));
  return { bytes: quantized.codes.length + 8, gzipped, error, milliseconds };
}

function cells(title: string, dense: number, measured: Measured): string[] {
  const part = (bytes: number) => `${bytes.toLocaleString('en-US')} (${((bytes / dense) * 100).toFixed(1)} %)`;
  const { bytes, gzipped, error, milliseconds } = measured;
  return [title, part(bytes), part(gzipped), error.toFixed(3), `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`];
}

const sections = NAMES.map((name) => {
  const { shape, data } = trainedMatrix(name);
  const weights = matrix(shape, data);
  const dense = data.byteLength;
  const rows = [cells('uint8', dense, measureUint8(weights))];
  for (const part of PARTS) {
    for (const [method, create] of Object.entries(METHODS)) {
      const title = `${method}, ${part * 100} %`;
      try {
        rows.push(cells(title, dense, measure(create(Math.floor(dense * part)), weights)));
      } catch (error) {
        if (!isGCompressError(error)) throw error;
        rows.push([title, 'not possible', '', '', '']);
      }
    }
  }
  const head = ['method, part of the bytes', 'bytes', 'gzipped', 'relative error', 'time'];
  return `## ${name} [${shape.join(' × ')}], ${dense.toLocaleString('en-US')} bytes\n\n${markdownTable(head, rows)}\n`;
});
const text = `# Four methods on trained weights

Weights of two networks trained on Fashion-MNIST, compressed to 50 %, 25 % and 10 % of their bytes, without any training afterwards:
training would start from these errors and reduce them. Times are medians of ${REPEATS} on one core. The first row of each table is
plain uint8; with gzip it is the baseline for every method. Made by \`pnpm --filter @gcompress/benchmarks methods\`.

${sections.join('\n')}`;
console.log(text);
writeFileSync(resolve(import.meta.dirname, '../../docs/results/methods.md'), text);
