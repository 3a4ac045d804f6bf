// Bytes and errors of uniform levels and of the entropy coder, beside k-means and general compressors: writes docs/results/small-files.md.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { encodeIntegers } from '@gcompress/coder';
import { decodeIntegers } from '@gcompress/coder/decode';
import { type Matrix, matrix, relativeError } from '@gcompress/core';
import { dequantizeUint8, quantizeUint8 } from '@gcompress/core/hosts';
import { type TrainedName, trainedMatrix } from '@gcompress/fixtures';
import { kMeans } from '@gcompress/kmeans';
import { uniform } from '@gcompress/uniform';
import { markdownTable, median } from './statistics.ts';

const RUNS = 5;
const NAMES: readonly TrainedName[] = ['fc1', 'fc2', 'dense1', 'conv2'];
const STATES = [0, 4, 8] as const;

writeFileSync(
  new URL('../../docs/results/small-files.md', import.meta.url),
  `# Small files

Weights of two networks trained on Fashion-MNIST, without any training afterwards. Bytes are those of the stored form. Made by
\`pnpm --filter @gcompress/benchmarks small-files\`.

## Uniform levels beside k-means, at the bytes of k-means

The last three columns are the relative error of \`uniform\` as a part of that of \`kMeans\`, with a trellis of no, 4 and 8 states.

${againstKMeans()}

## Uniform levels beside uint8 and gzip, at their bytes

${againstUint8()}

## Streams of indices

Levels of fc1, fc2 and fc3 pruned to 3, 8 and 40 % of their entries, coded by \`encodeIntegers\` and by general compressors, one byte an
index; and 16 dense levels. Bits for an index that is packed are ${'`packed`'}.

${streams()}

## Speed of decoding, in millions of weights a second

Plain JavaScript on one core, median of ${RUNS}.

${speeds()}
`,
);

function trained(name: TrainedName): Matrix {
  const { shape, data } = trainedMatrix(name);
  return matrix(shape, data);
}

function againstKMeans(): string {
  const rows = NAMES.flatMap((name) =>
    [2, 3, 4].map((bits) => {
      const weights = trained(name);
      const rival = kMeans({ bits }).compress(weights);
      const error = relativeError(weights, rival.decompress());
      const parts = STATES.map((trellis) => {
        const own = uniform({ bytes: rival.byteLength, trellis }).compress(weights);
        return `${(relativeError(weights, own.decompress()) / error).toFixed(2)}×`;
      });
      return [name, `${bits}`, rival.byteLength.toLocaleString('en'), error.toFixed(3), ...parts];
    }),
  );
  return markdownTable(['matrix', 'bits', 'bytes', 'error of k-means', 'no trellis', '4 states', '8 states'], rows);
}

function againstUint8(): string {
  const rows = NAMES.map((name) => {
    const weights = trained(name);
    const quantized = quantizeUint8(weights.data);
    const bytes = gzipSync(quantized.codes, { level: 9 }).length + 8;
    const error = relativeError(weights, matrix(weights.shape, dequantizeUint8(quantized)));
    const same = uniform({ bytes, trellis: 8 }).compress(weights);
    const [half, third] = [2, 3].map((part) =>
      relativeError(
        weights,
        uniform({ bytes: Math.floor(bytes / part), trellis: 8 })
          .compress(weights)
          .decompress(),
      ),
    );
    const own = relativeError(weights, same.decompress());
    return [name, bytes.toLocaleString('en'), error.toFixed(4), own.toFixed(4), half.toFixed(4), third.toFixed(4)];
  });
  return markdownTable(
    ['matrix', 'bytes of uint8 + gzip', 'its error', 'uniform, same bytes', 'half of them', 'a third'],
    rows,
  );
}

interface Stream {
  readonly title: string;
  readonly shape: readonly [number, number];
  readonly values: Int32Array;
}

function prunedStream(name: TrainedName, kept: number, levels: number): Stream {
  const { shape, data } = trained(name);
  const sizes = Float32Array.from(data, Math.abs).sort();
  const least = sizes[Math.floor((1 - kept) * sizes.length)];
  const step = sizes[sizes.length - 1] / levels;
  const values = Int32Array.from(data, (value) =>
    Math.abs(value) < least ? 0 : Math.sign(value) * Math.max(1, Math.round(Math.abs(value) / step)),
  );
  return { title: `${name}, ${100 * kept} % kept`, shape, values };
}

function denseStream(name: TrainedName): Stream {
  const weights = trained(name);
  const { factors } = kMeans({ levels: 16 }).compress(weights);
  return { title: `${name}, 16 levels`, shape: weights.shape, values: Int32Array.from(factors.encoding.data) };
}

function streams(): string {
  const sparse = [prunedStream('fc1', 0.03, 4), prunedStream('fc2', 0.08, 4), prunedStream('fc3', 0.4, 6)];
  const rows = [...sparse, denseStream('fc1'), denseStream('dense1')].map(({ title, shape, values }) => {
    const bytes = Int8Array.from(values);
    const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
    const sorted = values.slice().sort();
    const range = sorted[sorted.length - 1] - sorted[0];
    const packed = Math.ceil((values.length * (32 - Math.clz32(range))) / 8);
    const own = encodeIntegers(values, shape).length;
    const others = [
      gzipSync(bytes, { level: 9 }).length,
      brotli,
      byTool('zstd', ['-19'], bytes),
      byTool('xz', ['-9e'], bytes),
    ];
    return [title, own, packed, ...others].map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell));
  });
  return markdownTable(['stream', 'coder', 'packed', 'gzip -9', 'brotli 11', 'zstd -19', 'xz -9e'], rows);
}

/** Bytes that a command-line tool makes of these, or a dash where the machine lacks it. */
function byTool(tool: string, options: readonly string[], bytes: Int8Array): number | string {
  const folder = mkdtempSync(join(tmpdir(), 'small-files-'));
  try {
    const file = join(folder, 'indices');
    writeFileSync(file, bytes);
    const { status, stdout } = spawnSync(tool, [...options, '-c', file], { maxBuffer: 2 ** 28 });
    return status === 0 ? stdout.length : '–';
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function speeds(): string {
  const repeated = (stream: Stream, title: string): Stream => {
    const values = new Int32Array(8 * stream.values.length);
    for (let part = 0; part < 8; part++) values.set(stream.values, part * stream.values.length);
    return { title, shape: [8 * stream.shape[0], stream.shape[1]], values };
  };
  const cases = [
    repeated(evenStream(), 'dense, 16 levels used evenly, packed bits'),
    repeated(uniformStream(4), 'dense, 4 bits an entry, context-coded'),
    repeated(prunedStream('fc1', 0.03, 4), 'sparse, 3 % kept, context-coded'),
  ];
  const rows = cases.map(({ title, shape, values }) => {
    const bytes = encodeIntegers(values, shape);
    const times = Array.from({ length: RUNS }, () => {
      const start = performance.now();
      decodeIntegers(bytes, shape);
      return performance.now() - start;
    });
    return [title, (values.length / median(times) / 1000).toFixed(1)];
  });
  return markdownTable(['stream', 'M weights/s'], rows);
}

/** All 16 levels as often, in an order that no coder can use. */
function evenStream(): Stream {
  const { shape, data } = trained('fc1');
  return { title: 'even', shape, values: Int32Array.from(data, (_, at) => Math.imul(at, 0x9e3779b1) >>> 28) };
}

function uniformStream(bits: number): Stream {
  const weights = trained('fc1');
  const { levels } = uniform({ bits }).compress(weights).pack().tensors;
  return {
    title: `fc1, ${bits} bits`,
    shape: weights.shape,
    values: decodeIntegers(levels.data as Uint8Array, weights.shape),
  };
}
