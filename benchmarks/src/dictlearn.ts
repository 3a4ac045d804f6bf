/**
 * Time of dictionary learning and its parts, and its error on trained weights beside low rank and k-means in as many bytes:
 * `npx tsx src/dictlearn.ts` in `benchmarks`. The tables of packages/dictlearn/README.md are copied from here.
 */
import {
  createRandom,
  isGCompressError,
  type Matrix,
  matrix,
  relativeError,
  type SyncMatrixCompressor,
} from '@gcompress/core';
import { type DictLearnOptions, dictLearn } from '@gcompress/dictlearn';
import { type TrainedName, trainedMatrix } from '@gcompress/fixtures';
import { kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { codeSignals } from '../../packages/dictlearn/src/learning/omp.ts';
import { markdownTable, median } from './statistics.ts';

const RUNS = 5;
const NAMES: readonly TrainedName[] = ['fc1', 'fc2', 'conv2', 'dense1'];
const PARTS = [0.5, 0.25, 0.1];

/** Whole rows or longer pieces, as dictionaries are usually learned, in about a quarter of the bytes of fc1 and dense1. */
const USUAL: readonly DictLearnOptions[] = [
  { atoms: 100, nonzeros: 30 },
  { atoms: 256, nonzeros: 2, signalLength: 10 },
  { atoms: 256, nonzeros: 5, signalLength: 10, valueBits: 8 },
];

printCoding();
printLearning();
printUsual();
printParts();

function printCoding(): void {
  const sizes = [
    { signals: 16_384, length: 64, atoms: 256, nonzeros: 8 },
    { signals: 117_600, length: 2, atoms: 128, nonzeros: 1 },
    { signals: 784, length: 300, atoms: 197, nonzeros: 76 },
  ];
  const rows = sizes.map(({ signals, length, atoms, nonzeros }) => {
    const { data } = normal([signals, length], 1);
    const dictionary = unitRows(normal([atoms, length], 2));
    const milliseconds = time(() => codeSignals({ count: signals, length, data }, dictionary, nonzeros));
    return [signals, length, atoms, nonzeros, milliseconds.toFixed(0)].map(String);
  });
  print(`Orthogonal matching pursuit, median of ${RUNS}`, ['signals', 'length', 'atoms', 'nonzeros', 'ms'], rows);
}

function printLearning(): void {
  const cases: readonly (readonly [TrainedName, DictLearnOptions])[] = [
    ['fc1', { ratio: 4 }],
    ['fc1', { ratio: 10 }],
    ['fc1', { percent: 400, iterations: 2 }],
    ['fc2', { percent: 200, iterations: 2 }],
    ['dense1', { atoms: 256, nonzeros: 4, signalLength: 8 }],
  ];
  const rows = cases.map(([name, options]) => {
    const weights = trained(name);
    const milliseconds = time(() => dictLearn(options).compress(weights));
    return [name, JSON.stringify(options), milliseconds.toFixed(0)];
  });
  print(`Compressing, median of ${RUNS}`, ['matrix', 'options', 'ms'], rows);
}

function printUsual(): void {
  const rows = (['fc1', 'dense1'] as const).flatMap((name) =>
    USUAL.map((options) => {
      const compressed = dictLearn(options).compress(trained(name));
      const part = `${(100 / compressed.compressionRatio).toFixed(1)} %`;
      return [name, JSON.stringify(options), part, relativeError(trained(name), compressed.decompress()).toFixed(3)];
    }),
  );
  print('Sizes chosen by hand', ['matrix', 'options', 'bytes', 'relative error'], rows);
}

function printParts(): void {
  const rows = NAMES.flatMap((name) =>
    PARTS.map((part) => {
      const weights = trained(name);
      const bytes = Math.floor(weights.data.byteLength * part);
      const { config } = dictLearn({ bytes }).plan(weights.shape);
      const errors = [dictLearn({ bytes }), kMeans({ bytes }), lowRank({ bytes })].map((each) => error(weights, each));
      return [name, `${part * 100} %`, `${config.signalLength}`, `${config.valueBits}`, ...errors];
    }),
  );
  print('Relative error by bytes', ['matrix', 'bytes', 'L', 'bits', 'dictlearn', 'kmeans', 'lowrank'], rows);
}

/** The relative error; a dash where the matrix cannot be made as small as that. */
function error(weights: Matrix, compressor: SyncMatrixCompressor): string {
  try {
    return relativeError(weights, compressor.compress(weights).decompress()).toFixed(3);
  } catch (refusal) {
    if (isGCompressError(refusal)) return '–';
    throw refusal;
  }
}

function time(work: () => unknown): number {
  work();
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return median(times);
}

function normal(shape: readonly [number, number], seed: number): Matrix {
  return matrix(shape, Float32Array.from({ length: shape[0] * shape[1] }, createRandom(seed).normal));
}

function unitRows({ shape: [rows, cols], data }: Matrix): Float32Array {
  const norms = Array.from({ length: rows }, (_, row) => Math.hypot(...data.subarray(row * cols, (row + 1) * cols)));
  return data.map((entry, at) => entry / norms[Math.floor(at / cols)]) as Float32Array;
}

function trained(name: TrainedName): Matrix {
  const { shape, data } = trainedMatrix(name);
  return matrix(shape, data);
}

function print(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`\n${title}\n\n${markdownTable(head, rows)}`);
}
