/**
 * CPU time of encoders with plain arrays and with the WebAssembly kernels, beside scikit-learn on one thread:
 * `pnpm --filter @gcompress/benchmarks encoders`. `GCOMPRESS_PYTHON` names another Python; without scikit-learn its columns are empty. CPU time
 * depends less on other programs than the time of the clock.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { codeSignals } from '../../packages/dictlearn/src/learning/omp.ts';
import { markdownTable } from './statistics.ts';

/** Milliseconds of CPU time and the relative error. */
type Result = readonly [ms: number, error: number];

const PYTHON = process.env.GCOMPRESS_PYTHON ?? 'python3';
const ONE_THREAD = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };
const SIGNALS = 4096;
/** Milliseconds after which the compiler's warm-up no longer matters. */
const LONG = 1500;

const folder = mkdtempSync(join(tmpdir(), 'encoders-'));
const kernels = await wasmKernels();
try {
  const weights = signal(1024);
  const blocks = { blockSize: 16, levels: 256, iterations: 20, tolerance: 0, restarts: 1 };
  const rows = [
    omp(64, 256, 8),
    omp(384, 512, 16),
    row(
      'dictionary 64 × 256 × 8 of 1024²',
      compressing(dictLearn({ atoms: 256, nonzeros: 8, signalLength: 64 }), weights),
      peer({ run: 'dictionary', signals: file(weights.data), length: 64, count: 256, nonzeros: 8 }),
    ),
    row(
      'blocks of 16, 256 levels, 20 iterations, of 1024²',
      compressing(kMeans(blocks), weights),
      peer({ run: 'blocks', signals: file(weights.data), length: 16, count: 256 }),
    ),
    row('blocks of 2, 256 levels, of 1024²', compressing(kMeans({ blockSize: 2, levels: 256 }), weights)),
    row('simhash of 1024² at ratio 4', compressing(simhash({ ratio: 4 }), weights)),
    decompressing(simhash({ ratio: 4 }), weights),
  ];
  console.log(markdownTable(['', 'plain ms', 'kernels ms', 'scikit-learn ms', 'ratio', 'errors'], rows));
} finally {
  rmSync(folder, { recursive: true });
}

/** The shortest of four runs; a run of more than {@link LONG} is not repeated. */
function timed(run: () => number): Result {
  let best: Result | undefined;
  for (let round = 0; round < 4 && !(best && best[0] > LONG); round++) {
    const before = process.cpuUsage();
    const error = run();
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1000;
    if (!best || ms < best[0]) best = [ms, error];
  }
  return best ?? [Number.NaN, Number.NaN];
}

function compressing(compressor: SyncMatrixCompressor, weights: Matrix): (own?: Kernels) => number {
  return (own) => relativeError(weights, compressor.compress(weights, own ? { kernels: own } : {}).decompress());
}

function decompressing(compressor: SyncMatrixCompressor, weights: Matrix): string[] {
  const compressed = compressor.compress(weights);
  const packed = compressed.pack();
  const { format, shape, config } = compressed;
  const [ms, error] = timed(() => {
    const factors = format.unpack(packed);
    const data = format.dense?.(factors, { shape, config });
    return data ? relativeError(weights, matrix(shape, data)) : Number.NaN;
  });
  return ['the same, decoded', ms.toFixed(0), '', '', '', error.toFixed(4)];
}

function omp(length: number, count: number, nonzeros: number): string[] {
  const data = normals(SIGNALS * length, 1);
  const atoms = normals(count * length, 2);
  for (let atom = 0; atom < count; atom++) {
    const own = atoms.subarray(atom * length, (atom + 1) * length);
    const norm = Math.hypot(...own);
    for (let i = 0; i < length; i++) own[i] /= norm;
  }
  const energy = data.reduce((sum, entry) => sum + entry * entry, 0);
  const run = (own?: Kernels) => {
    const { errors } = codeSignals({ count: SIGNALS, length, data }, atoms, nonzeros, undefined, own);
    return Math.sqrt(errors.reduce((sum, error) => sum + error, 0) / energy);
  };
  const request = { run: 'omp', signals: file(data), atoms: file(atoms), length, nonzeros };
  return row(`pursuit ${length} × ${count} × ${nonzeros}, ${SIGNALS} signals`, run, peer(request));
}

function row(name: string, run: (own?: Kernels) => number, other?: Result): string[] {
  const plain = timed(() => run());
  const fast = timed(() => run(kernels));
  const errors = [plain, fast, ...(other ? [other] : [])].map(([, error]) => error.toFixed(4));
  const times = [plain[0].toFixed(0), fast[0].toFixed(0), other?.[0].toFixed(0) ?? ''];
  return [name, ...times, other ? (other[0] / fast[0]).toFixed(1) : '', errors.join(', ')];
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
