/**
 * CPU time of encoders with plain arrays and with the WebAssembly kernels, beside scikit-learn on one thread:
 * `pnpm --filter @gcompress/benchmarks encoders` writes docs/results/encoders.md. `GCOMPRESS_PYTHON` names another Python; without scikit-learn
 * its columns are empty. CPU time depends less on other programs than the time of the clock.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  createRandom,
  type Kernels,
  type Matrix,
  matrix,
  relativeError,
  type SyncMatrixCompressor,
} from '@gcompress/core';
import { dictLearn } from '@gcompress/dictlearn';
import { kMeans } from '@gcompress/kmeans';
import { simhash } from '@gcompress/simhash';
import { wasmKernels } from '@gcompress/wasm-kernels';
import { ckmeans } from 'simple-statistics';
import { codeSignals } from '../../packages/dictlearn/src/learning/omp.ts';
import { LIMITS } from './profiles/limits.ts';
import { markdownTable } from './statistics.ts';

/** Milliseconds of CPU time and the relative error. */
type Result = readonly [ms: number, error: number];

const PYTHON = process.env.GCOMPRESS_PYTHON ?? 'python3';
const ONE_THREAD = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };
const SIGNALS = 4096;
/** Milliseconds after which the compiler's warm-up no longer matters. */
const LONG = 1500;

const SCIKIT = 'scikit-learn';
const folder = mkdtempSync(join(tmpdir(), 'encoders-'));
const kernels = await wasmKernels();
try {
  const weights = signal(1024);
  const few = matrix([784, 300], normals(784 * 300, 1));
  const blocks = { blockSize: 16, levels: 256, iterations: 20, tolerance: 0, restarts: 1 };
  const values = file(weights.data);
  const scalar = (count: number, run: 'scalar' | 'mini-batch', goal: number) =>
    row(
      `k-means of 1,048,576 values, ${count} levels`,
      compressing(kMeans({ levels: count }), weights),
      peer({ run, signals: values, length: 1, count }),
      goal,
      run === 'scalar' ? 'scikit-learn KMeans' : 'scikit-learn MiniBatchKMeans',
    );
  const simhashes = simhash({ ratio: 4 });
  const rows = [
    scalar(16, 'scalar', 40),
    scalar(256, 'scalar', 200),
    scalar(256, 'mini-batch', 8),
    row(
      'k-means of 235,200 values, 16 levels',
      compressing(kMeans({ levels: 16 }), few),
      timed(() => partition(few, 16)),
      80,
      'simple-statistics ckmeans',
    ),
    row(
      'k-means of 65,536 blocks of 16, 256 levels, 20 iterations',
      compressing(kMeans(blocks), weights),
      peer({ run: 'blocks', signals: values, length: 16, count: 256 }),
      1.4,
      'scikit-learn KMeans',
    ),
    row('k-means of blocks of 2, 256 levels, of 1024²', compressing(kMeans({ blockSize: 2, levels: 256 }), weights)),
    omp(64, 256, 8, 45),
    omp(384, 512, 16, 18),
    row(
      'dictionary of 256 atoms of 64, 8 nonzeros, of 1024²',
      compressing(dictLearn({ atoms: 256, nonzeros: 8, signalLength: 64 }), weights),
      peer({ run: 'dictionary', signals: values, length: 64, count: 256, nonzeros: 8 }),
      3.5,
      'scikit-learn MiniBatchDictionaryLearning',
    ),
    row('simhash of 1024² at ratio 4', compressing(simhashes, weights), undefined, 500),
    decompressing(simhashes, weights, 100),
  ];
  const head = ['', 'plain ms', 'kernels ms', 'peer', 'peer ms', 'ratio', 'goal', 'errors'];
  const text = `# Encoders

Processor time of encoders with plain arrays and with the WebAssembly kernels, beside other libraries, and the relative errors that each leaves: of plain
arrays, of kernels and of the peer. A time is the shortest of four runs, or the only one of more than ${LONG / 1000} seconds. All use one thread, also
scikit-learn, whose threads would share the work of k-means and dictionaries. The ratio is the time of the peer over that with kernels; where there is
no peer, the goal is a time in milliseconds. Matrices are a signal in 128 directions, the i-th of size \`i^-0.5\`, with noise, or normal. Made by
\`pnpm --filter @gcompress/benchmarks encoders\` on ${cpus()[0].model.trim()}, Node ${process.versions.node}.

${markdownTable(head, rows)}

## What holds the goals that are missed

- Blocks of 16: ${LIMITS.blocks}
- Pursuit with 512 atoms: ${LIMITS.pursuit}

[Profiles](profiles.md) show where the time goes.
`;
  console.log(text);
  writeFileSync(resolve(import.meta.dirname, '../../docs/results/encoders.md'), text);
} finally {
  rmSync(folder, { recursive: true });
}

/** A run, and the relative error of what it makes, which is not timed. */
interface Run {
  readonly run: (own?: Kernels) => unknown;
  readonly error: (own?: Kernels) => number;
}

/** The shortest of four runs; a run of more than {@link LONG} is not repeated. */
function timed(run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 4 && !(round > 0 && best > LONG); round++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

function compressing(compressor: SyncMatrixCompressor, weights: Matrix): Run {
  const run = (own?: Kernels) => compressor.compress(weights, own ? { kernels: own } : {});
  return { run, error: (own) => relativeError(weights, run(own).decompress()) };
}

function decompressing(compressor: SyncMatrixCompressor, weights: Matrix, goal: number): string[] {
  const compressed = compressor.compress(weights);
  const packed = compressed.pack();
  const { format, shape, config } = compressed;
  const decode = () => format.dense?.(format.unpack(packed), { shape, config });
  const ms = timed(decode);
  const data = decode();
  const error = data ? relativeError(weights, matrix(shape, data)) : Number.NaN;
  return ['the same, decoded', ms.toFixed(0), '', '', '', '', verdict(ms, goal), error.toFixed(4)];
}

function omp(length: number, count: number, nonzeros: number, goal: number): string[] {
  const data = normals(SIGNALS * length, 1);
  const atoms = normals(count * length, 2);
  for (let atom = 0; atom < count; atom++) {
    const own = atoms.subarray(atom * length, (atom + 1) * length);
    const norm = Math.hypot(...own);
    for (let i = 0; i < length; i++) own[i] /= norm;
  }
  const energy = data.reduce((sum, entry) => sum + entry * entry, 0);
  const run = (own?: Kernels) => codeSignals({ count: SIGNALS, length, data }, atoms, nonzeros, undefined, own);
  const error = (own?: Kernels) => Math.sqrt(run(own).errors.reduce((sum, one) => sum + one, 0) / energy);
  const request = { run: 'omp', signals: file(data), atoms: file(atoms), length, nonzeros };
  const name = `pursuit of ${SIGNALS} signals of ${length}, ${count} atoms, ${nonzeros} nonzeros`;
  return row(name, { run, error }, peer(request), goal, `${SCIKIT} sparse_encode`);
}

/** Without a peer, the goal is a time. */
function row(name: string, { run, error }: Run, other?: Result | number, goal?: number, peerName = ''): string[] {
  const plain = timed(() => run());
  const fast = timed(() => run(kernels));
  const [theirs, theirError] = typeof other === 'number' ? [other] : (other ?? []);
  const ratio = theirs === undefined ? undefined : theirs / fast;
  const errors = [error(), error(kernels), ...(theirError === undefined ? [] : [theirError])];
  console.error(name);
  return [
    name,
    plain.toFixed(0),
    fast.toFixed(0),
    peerName,
    theirs?.toFixed(0) ?? '',
    ratio?.toFixed(1) ?? '',
    goal === undefined ? '' : peerName === '' ? verdict(fast, goal) : atLeast(ratio, goal),
    errors.map((one) => one.toFixed(4)).join(', '),
  ];
}

function verdict(ms: number, goal: number): string {
  return `≤ ${goal} ms: ${ms <= goal ? 'met' : 'missed'}`;
}

/** Nothing is judged where the peer is missing. */
function atLeast(ratio: number | undefined, goal: number): string {
  return ratio === undefined ? `≥ ${goal}` : `≥ ${goal}: ${ratio >= goal ? 'met' : 'missed'}`;
}

/** Optimal one-dimensional k-means by simple-statistics. */
function partition({ data }: Matrix, levels: number): number[][] {
  return ckmeans(Array.from(data), levels);
}

/** The same work by scikit-learn; undefined where Python lacks it. */
function peer(request: Readonly<Record<string, string | number>>): Result | undefined {
  const script = new URL('./peers/encoders.py', import.meta.url).pathname;
  try {
    const printed = execFileSync(PYTHON, [script, JSON.stringify(request)], { env: ONE_THREAD, stdio: 'pipe' });
    return JSON.parse(printed.toString());
  } catch {
    console.warn(`${PYTHON} lacks NumPy or scikit-learn; GCOMPRESS_PYTHON names another one.`);
    return undefined;
  }
}

function file(data: Float32Array): string {
  const path = join(folder, `${data.length}-${data[0]}.bin`);
  writeFileSync(path, new Uint8Array(data.buffer));
  return path;
}

function normals(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, createRandom(seed).normal);
}

/** A signal in 128 directions, the i-th of size `i^-0.5`, with noise. */
function signal(side: number): Matrix {
  const [left, right, noise] = [1, 2, 3].map((seed) => normals(side * (seed === 3 ? side : 128), seed));
  const data = noise.map((value) => 0.8 * value);
  for (let i = 0; i < side; i++) {
    for (let k = 0; k < 128; k++) {
      const factor = left[i * 128 + k] / (4 * Math.sqrt(k + 1));
      for (let j = 0; j < side; j++) data[i * side + j] += factor * right[j * 128 + k];
    }
  }
  return matrix([side, side], data);
}
