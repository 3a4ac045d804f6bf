// Quick benchmarks of methods: compression beside peers, with portable and WebAssembly kernels, and decoding.
import { blockDiagonal } from '@gcompress/blocks';
import { type CompressedMatrix, type CompressOptions, type Kernels, type Matrix, relativeError } from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { type KMeansOptions, kMeans } from '@gcompress/kmeans';
import { lowRank } from '@gcompress/lowrank';
import { pruned } from '@gcompress/pruning';
import { simhash } from '@gcompress/simhash';
import { uniform } from '@gcompress/uniform';
import { kmeans as mlKMeans } from 'ml-kmeans';
import { ckmeans } from 'simple-statistics';
import { normal } from './kernel-cases.ts';
import type { QuickCase, Subject } from './quick-case.ts';

/** A compressor that answers at once. */
interface Compressor {
  compress(weights: Matrix, options?: CompressOptions): CompressedMatrix;
}

/** The cases, with these WebAssembly kernels. */
export function methodCases(kernels: Kernels): QuickCase[] {
  const weights = normal(256, 256, 3);
  return [
    { name: 'k-means of 65,536 entries, 16 levels', subjects: scalarSubjects(weights) },
    { name: 'k-means of 4,096 blocks of 4, 64 levels', subjects: blockSubjects(normal(128, 128, 4), kernels) },
    { name: 'Low rank, rank 16, 256 × 256', subjects: withBoth(lowRank({ rank: 16 }), weights, kernels) },
    {
      name: 'Dictionary, 64 atoms of 16, 4 nonzeros, 256 × 256',
      subjects: withBoth(
        dictLearn({ atoms: 64, nonzeros: 4, signalLength: 16, iterations: 3, allowLarger: true }),
        weights,
        kernels,
      ),
    },
    { name: 'Simhash, ratio 8, 256 × 256', subjects: [compression('portable', simhash({ ratio: 8 }), weights)] },
    { name: 'Simhash, decoding of this', subjects: [decoding(simhash({ ratio: 8 }), weights)] },
    { name: 'Pruning, 90 % zeros, 256 × 256', subjects: [compression('portable', pruned({ sparsity: 0.9 }), weights)] },
    { name: 'Uniform, 4 bits, 256 × 256', subjects: [compression('portable', uniform({ bits: 4 }), weights)] },
    {
      name: 'Block diagonal, ratio 8, 256 × 256',
      subjects: [compression('portable', blockDiagonal({ ratio: 8 }), weights)],
    },
  ];
}

function compression(what: string, compressor: Compressor, weights: Matrix, kernels?: Kernels): Subject {
  const run = () => compressor.compress(weights, kernels ? { kernels } : {});
  return { what, run, error: () => relativeError(weights, run().decompress()) };
}

function withBoth(compressor: Compressor, weights: Matrix, kernels: Kernels): Subject[] {
  return [
    compression('WebAssembly kernels', compressor, weights, kernels),
    compression('portable', compressor, weights),
  ];
}

function decoding(compressor: Compressor, weights: Matrix): Subject {
  const compressed = compressor.compress(weights);
  return { what: 'portable', run: () => compressed.decompress() };
}

function scalarSubjects(weights: Matrix): Subject[] {
  const values = Array.from(weights.data);
  const clusters = () => ckmeans(values, 16);
  const peer: Subject = {
    what: 'simple-statistics ckmeans',
    run: clusters,
    error: () => {
      let squares = 0;
      for (const cluster of clusters()) {
        const mean = cluster.reduce((sum, value) => sum + value, 0) / cluster.length;
        for (const value of cluster) squares += (value - mean) ** 2;
      }
      return Math.sqrt(squares / energy(weights));
    },
  };
  return [compression('portable', kMeans({ levels: 16 }), weights), peer];
}

function blockSubjects(weights: Matrix, kernels: Kernels): Subject[] {
  const [levels, blockSize, iterations] = [64, 4, 20];
  const options: KMeansOptions = { levels, blockSize, iterations, restarts: 1 };
  const points = Array.from({ length: weights.data.length / blockSize }, (_, block) =>
    Array.from(weights.data.subarray(block * blockSize, (block + 1) * blockSize)),
  );
  const clusters = () => mlKMeans(points, levels, { maxIterations: iterations, seed: 1 });
  const peer: Subject = {
    what: 'ml-kmeans',
    run: clusters,
    error: () => {
      const found = clusters();
      let squares = 0;
      points.forEach((point, at) => {
        const centroid = found.centroids[found.clusters[at]];
        point.forEach((entry, i) => {
          squares += (entry - centroid[i]) ** 2;
        });
      });
      return Math.sqrt(squares / energy(weights));
    },
  };
  return [...withBoth(kMeans(options), weights, kernels), peer];
}

function energy({ data }: Matrix): number {
  return data.reduce((sum, entry) => sum + entry * entry, 0);
}
