// The runs that are profiled: those of which a goal is missed, with what keeps them from it.
import { createRandom, type Kernels, type Matrix, matrix, type Shape2D } from '@gcompress/core';
import { codebookForm, prunedForm, type StoredMatrix, signForm } from '@gcompress/fixtures/stored-matrices';
import { inferenceKernels } from '@gcompress/inference-kernels';
import { kMeans } from '@gcompress/kmeans';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { truncatedSvd } from '@gcompress/linalg';
import { prunedFormat } from '@gcompress/pruning/format';
import { simhashFormat } from '@gcompress/simhash/format';
import { PackedLayer } from '@gcompress/tfjs/layers';
import * as tf from '@tensorflow/tfjs';
import { codeSignals } from '../../../packages/dictlearn/src/learning/omp.ts';
import { decayingMatrix } from '../decaying-matrix.ts';
import { LIMITS, type LimitName } from './limits.ts';

/** A run, and what keeps it from its goal. */
export interface ProfiledCase {
  readonly name: string;
  readonly module: 'kernels' | 'inference';
  readonly limit: string;
  /** Whether only the first run counts. Others are repeated. */
  readonly isFirst?: boolean;
  /** Makes the inputs of the run that it returns. */
  prepare(): () => unknown;
}

const SHAPE: Shape2D = [4096, 4096];

/** The cases of encoders and decompositions, which use these kernels. */
export function encoderCases(kernels: Kernels): ProfiledCase[] {
  const one = (limit: LimitName, name: string, prepare: ProfiledCase['prepare']): ProfiledCase => ({
    name,
    module: 'kernels',
    limit: LIMITS[limit],
    prepare,
  });
  const svd = (rows: number, cols: number) =>
    one('svd', `Truncated SVD of ${rows} × ${cols}, rank 64`, () => {
      const weights = decayingMatrix(rows, cols, kernels);
      return () => truncatedSvd(weights, 64, { kernels });
    });
  return [
    one('blocks', 'k-means of 65,536 blocks of 16, 256 levels, 20 iterations', () => {
      const weights = normal(1024, 1024);
      const compressor = kMeans({ blockSize: 16, levels: 256, iterations: 20, tolerance: 0, restarts: 1 });
      return () => compressor.compress(weights, { kernels });
    }),
    one('pursuit', 'Pursuit of 4,096 signals of 384, 512 atoms, 16 nonzeros', () => {
      const [count, length, size] = [4096, 384, 512];
      const { data } = normal(count, length);
      const atoms = unitRows(normal(size, length));
      return () => codeSignals({ count, length, data }, atoms, 16, undefined, kernels);
    }),
    svd(784, 300),
    svd(1024, 1024),
    svd(4096, 1024),
  ];
}

/** The cases of packed layers on the wasm backend of TensorFlow.js, which must be in use. */
export function inferenceCases(): ProfiledCase[] {
  const one = (limit: LimitName, name: string, matrixOf: () => StoredMatrix, batch?: number): ProfiledCase => ({
    name: `${name}, ${batch ? `batch of ${batch}` : 'first call'}`,
    module: 'inference',
    limit: LIMITS[limit],
    isFirst: batch === undefined,
    prepare() {
      const model = packedModel(matrixOf());
      const x = tf.ones([batch ?? 1, SHAPE[0]]);
      return () => {
        const y = tf.tidy(() => model.apply(x) as tf.Tensor);
        y.dataSync();
        y.dispose();
      };
    },
  });
  const blocks = () => codebookForm(kMeansFormat, 256, 16)(SHAPE, 1);
  return [
    one('levels', '16 levels of 4096 × 4096', () => codebookForm(kMeansFormat, 16, 1)(SHAPE, 1), 1),
    one('blockProducts', '256 blocks of 16, 4096 × 4096', blocks, 1),
    one('blockProducts', '256 blocks of 16, 4096 × 4096', blocks, 32),
    one('pruned', '97 % pruned, 4096 × 4096', () => prunedForm(prunedFormat, 0.03 * 1.5)(SHAPE, 1)),
    one('signs', '256 sign bits a column, 4096 × 4096', () => signForm(simhashFormat, 256, 'orthogonal')(SHAPE, 1), 1),
  ];
}

function packedModel({ format, packed }: StoredMatrix): tf.Sequential {
  const [inputs, units] = packed.shape;
  const layer = tf.layers.dense({ units, useBias: false, inputShape: [inputs] });
  const matrices = [{ name: 'kernel', format, packed }];
  return tf.sequential({
    layers: [new PackedLayer({ layer, matrices, prefer: 'memory', inferenceKernels: inferenceKernels() })],
  });
}

function normal(rows: number, cols: number): Matrix {
  const random = createRandom(1);
  return matrix(
    [rows, cols],
    Float32Array.from({ length: rows * cols }, () => random.normal()),
  );
}

function unitRows({ shape: [rows, cols], data }: Matrix): Float32Array {
  const unit = data.slice();
  for (let row = 0; row < rows; row++) {
    const own = unit.subarray(row * cols, (row + 1) * cols);
    const norm = Math.hypot(...own);
    for (let i = 0; i < cols; i++) own[i] /= norm;
  }
  return unit;
}
