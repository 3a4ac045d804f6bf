/**
 * Time and error of k-means beside its npm peers, and the error of codebooks beside evenly spaced levels:
 * `npx tsx src/kmeans.ts` in `benchmarks`. The tables of packages/kmeans/README.md are copied from here.
 */
import { performance } from 'node:perf_hooks';
import { createRandom, type Matrix, matrix, relativeError } from '@gcompress/core';
import { type TrainedName, trainedMatrix } from '@gcompress/fixtures';
import { type KMeansOptions, kMeans } from '@gcompress/kmeans';
import { kmeans as mlKMeans } from 'ml-kmeans';
import { ckmeans } from 'simple-statistics';

const RUNS = 5;

/** How long something takes, and what it leaves. */
interface Measured {
  /** Median of the runs. */
  readonly milliseconds: number;
  /** Sum of squared differences. */
  readonly error: number;
}

function measure(runs: number, work: () => number): Measured {
  let error = 0;
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    error = work();
    return performance.now() - start;
  });
  return { milliseconds: times.sort((a, b) => a - b)[Math.floor(runs / 2)], error };
}

/** Without the time to decompress and compare. */
function measureOurs(weights: Matrix, options: KMeansOptions): Measured {
  const compressor = kMeans(options);
  const { milliseconds } = measure(RUNS, () => compressor.compress(weights).factors.codebook.data[0]);
  return { milliseconds, error: squaredError(weights, compressor.compress(weights).decompress()) };
}

function measureCkmeans({ data }: Matrix, levels: number): Measured {
  const values = Array.from(data);
  let clusters: number[][] = [];
  const { milliseconds } = measure(3, () => {
    clusters = ckmeans(values, levels);
    return 0;
  });
  const error = clusters.reduce((sum, cluster) => {
    const mean = cluster.reduce((total, value) => total + value, 0) / cluster.length;
    return sum + cluster.reduce((total, value) => total + (value - mean) ** 2, 0);
  }, 0);
  return { milliseconds, error };
}

function measureMlKMeans({ data }: Matrix, levels: number, blockSize: number, iterations: number): Measured {
  const points = Array.from({ length: data.length / blockSize }, (_, block) =>
    Array.from(data.subarray(block * blockSize, (block + 1) * blockSize)),
  );
  let result: ReturnType<typeof mlKMeans> | undefined;
  const { milliseconds } = measure(3, () => {
    result = mlKMeans(points, levels, { maxIterations: iterations, seed: 1 });
    return 0;
  });
  const error = points.reduce((sum, point, block) => {
    const centroid = result?.centroids[result.clusters[block]] ?? [];
    return sum + point.reduce((total, entry, at) => total + (entry - centroid[at]) ** 2, 0);
  }, 0);
  return { milliseconds, error };
}

function printSpeed(): void {
  const fc1 = trained('fc1');
  const random = createRandom(1);
  const large = matrix(
    [2048, 2048],
    Float32Array.from({ length: 2048 * 2048 }, () => random.normal()),
  );
  const blocks = { levels: 64, blockSize: 4, iterations: 20 };
  const pairs: [string, string, Measured, string, Measured?][] = [
    [
      'fc1, 235,200 entries, 16 levels',
      'optimal',
      measureOurs(fc1, { levels: 16 }),
      'simple-statistics ckmeans (optimal)',
      measureCkmeans(fc1, 16),
    ],
    ['normal, 4,194,304 entries, 16 levels', 'optimal over cells', measureOurs(large, { levels: 16 }), '–'],
    ['normal, 4,194,304 entries, 256 levels', 'optimal over cells', measureOurs(large, { levels: 256 }), '–'],
    [
      'fc1, 58,800 blocks of 4, 64 levels, 20 iterations',
      'defaults',
      measureOurs(fc1, blocks),
      'ml-kmeans (k-means++)',
      measureMlKMeans(fc1, 64, 4, 20),
    ],
    ['the same, one start', 'restarts 1', measureOurs(fc1, { ...blocks, restarts: 1 }), '–'],
  ];
  const rows = pairs.map(([what, how, ours, peer, theirs]) => [
    what,
    how,
    ours.milliseconds.toFixed(0),
    ours.error.toFixed(3),
    peer,
    theirs ? theirs.milliseconds.toFixed(0) : '',
    theirs ? theirs.error.toFixed(3) : '',
    theirs ? `${(theirs.milliseconds / ours.milliseconds).toFixed(1)}×` : '',
  ]);
  printTable(
    'Time and error (medians)',
    ['case', 'ours', 'ms', 'squared error', 'peer', 'ms', 'squared error', 'faster'],
    rows,
  );
}

function printErrors(name: TrainedName): void {
  const weights = trained(name);
  const relative = (options: KMeansOptions) => {
    const compressed = kMeans(options).compress(weights);
    return `${relativeError(weights, compressed.decompress()).toFixed(4)} (${compressed.compressionRatio.toFixed(1)}×)`;
  };
  const rows = [1, 2, 3, 4, 6, 8].map((bits) => [
    `${bits}`,
    relativeError(weights, evenLevels(weights, 2 ** bits)).toFixed(4),
    relative({ bits }),
    relative({ bits, codebooks: 'column' }),
    bits * 2 <= 8 ? relative({ bits: bits * 2, blockSize: 2 }) : '',
    bits * 4 <= 8 ? relative({ bits: bits * 4, blockSize: 4 }) : '',
  ]);
  printTable(
    `Relative error (times smaller), on ${name} [${weights.shape.join(', ')}]`,
    ['bits a weight', 'even levels', 'one codebook', 'one for each column', 'blocks of 2', 'blocks of 4'],
    rows,
  );
}

/** Each entry rounded to the nearest of evenly spaced levels from the smallest to the largest. */
function evenLevels({ shape, data }: Matrix, levels: number): Matrix {
  const smallest = data.reduce((least, entry) => Math.min(least, entry));
  const largest = data.reduce((most, entry) => Math.max(most, entry));
  const step = (largest - smallest) / (levels - 1);
  return matrix(
    shape,
    data.map((entry) => smallest + Math.round((entry - smallest) / step) * step),
  );
}

function squaredError(a: Matrix, b: Matrix): number {
  return a.data.reduce((sum, entry, at) => sum + (entry - b.data[at]) ** 2, 0);
}

function trained(name: TrainedName): Matrix {
  const { shape, data } = trainedMatrix(name);
  return matrix(shape, data);
}

function printTable(title: string, header: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = header.map((_, column) => (column === 0 ? '---' : '--:'));
  console.log([`\n${title}\n`, line(header), line(rule), ...rows.map(line)].join('\n'));
}

printSpeed();
for (const name of ['fc1', 'dense1'] as const) printErrors(name);
