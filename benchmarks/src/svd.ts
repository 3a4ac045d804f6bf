/**
 * Singular value decompositions of trained weights, beside ml-matrix in the same process: `npx tsx src/svd.ts [repeats]` in
 * `benchmarks`. The table of packages/linalg/README.md is copied from here.
 */
import { fileURLToPath } from 'node:url';
import { type Matrix, matrix, relativeError } from '@gcompress/core';
import { type TrainedName, trainedMatrix } from '@gcompress/fixtures';
import { type Svd, singularValues, thinSvd, truncatedSvd } from '@gcompress/linalg';
import { Matrix as MlMatrix, SingularValueDecomposition } from 'ml-matrix';

/** Matrices, each with the ranks that its truncated decomposition is measured at. */
const CASES: readonly (readonly [TrainedName, readonly number[]])[] = [
  ['fc1', [16, 30, 75]],
  ['fc2', [10, 25]],
  ['dense1', [13, 32]],
  ['conv2', [8]],
];

/** One line of the table. */
export interface SvdMeasurement {
  readonly matrix: string;
  readonly what: string;
  /** Median of CPU time, in milliseconds. */
  readonly milliseconds: number;
  /** ml-matrix's time for the whole decomposition over this one. */
  readonly speedup: number;
  /** Error over the smallest possible error of that rank, minus 1; undefined where nothing is left out. */
  readonly excess?: number;
}

/** Measures all cases; each time is the median of `repeats` runs after one that does not count. */
export function measureSvd(repeats = 5): SvdMeasurement[] {
  return CASES.flatMap(([name, ranks]) => {
    const { shape, data, singularValues: spectrum } = trainedMatrix(name);
    const weights = matrix(shape, data);
    const whole = medianOf(repeats, () => mlMatrixSvd(weights));
    const title = `${name} [${shape.join(', ')}]`;
    const row = (what: string, run: () => unknown, excess?: number): SvdMeasurement => {
      const milliseconds = medianOf(repeats, run);
      const measured = { matrix: title, what, milliseconds, speedup: whole / milliseconds };
      return excess === undefined ? measured : { ...measured, excess };
    };
    return [
      { matrix: title, what: 'ml-matrix SVD', milliseconds: whole, speedup: 1 },
      row('thinSvd', () => thinSvd(weights)),
      row('singularValues', () => singularValues(weights)),
      ...ranks.map((rank) =>
        row(
          `truncatedSvd, rank ${rank}`,
          () => truncatedSvd(weights, rank),
          excessOf(weights, truncatedSvd(weights, rank), spectrum),
        ),
      ),
    ];
  });
}

/** Measures and prints the table. */
export function printSvd(repeats = 5): void {
  console.log(`| matrix | what | CPU ms, median of ${repeats} | times ml-matrix | error over optimum − 1 |`);
  console.log('|---|---|---:|---:|---:|');
  for (const { matrix: name, what, milliseconds, speedup, excess } of measureSvd(repeats)) {
    const over = excess === undefined ? '' : Math.max(0, excess).toExponential(0);
    console.log(`| ${name} | ${what} | ${milliseconds.toFixed(1)} | ${speedup.toFixed(1)} | ${over} |`);
  }
}

function mlMatrixSvd({ shape: [rows, cols], data }: Matrix): unknown {
  return new SingularValueDecomposition(MlMatrix.from1DArray(rows, cols, data), { autoTranspose: true });
}

/** Of CPU time, which a busy machine disturbs less than the clock; all of this runs on one thread. */
function medianOf(repeats: number, run: () => unknown): number {
  run();
  const times = Array.from({ length: repeats }, () => {
    const start = process.cpuUsage();
    run();
    return process.cpuUsage(start).user / 1000;
  });
  return times.sort((a, b) => a - b)[Math.floor(repeats / 2)];
}

function excessOf(weights: Matrix, { u, s, v }: Svd, spectrum: readonly number[]): number {
  const [rows, cols] = weights.shape;
  const rank = s.length;
  const approximation = new Float32Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      let sum = 0;
      for (let p = 0; p < rank; p++) sum += u[i * rank + p] * s[p] * v[j * rank + p];
      approximation[i * cols + j] = sum;
    }
  }
  const optimum = Math.hypot(...spectrum.slice(rank)) / Math.hypot(...spectrum);
  return relativeError(weights, matrix(weights.shape, approximation)) / optimum - 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) printSvd(Number(process.argv[2] ?? 5));
