/**
 * Truncated SVD and products with portable and WebAssembly kernels, beside ml-matrix, NumPy and scikit-learn in one run:
 * `npx tsx src/kernels.ts [rounds]` in `benchmarks` writes docs/results/kernels.md. `GCOMPRESS_PYTHON` names another Python.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom, type Kernels, type Matrix, matrix } from '@gcompress/core';
import { gram, multiply, portableKernels, type Svd, singularValues, truncatedSvd } from '@gcompress/linalg';
import { wasmKernels } from '@gcompress/wasm-kernels';
import { Matrix as MlMatrix, SingularValueDecomposition } from 'ml-matrix';
import { type PythonPeers, startPython } from './peers/python-peers.ts';

const RANK = 64;
const FULL = 'numpy svd, full';
const DOUBLE = 'scikit-learn randomized_svd, float64';
const SINGLE = 'scikit-learn randomized_svd, float32';
const ML = 'ml-matrix svd';
const PORTABLE = 'portable kernels';
const WASM = 'WebAssembly kernels';

/** Sizes, and how many times as fast as each peer the WebAssembly kernels should be. */
const SIZES: readonly (readonly [rows: number, cols: number, goals: Readonly<Record<string, number>>])[] = [
  [784, 300, { [ML]: 80 }],
  [2304, 384, { [FULL]: 20 }],
  [1024, 1024, { [FULL]: 10, [DOUBLE]: 1.3 }],
  [4096, 1024, { [FULL]: 30, [DOUBLE]: 2, [SINGLE]: 1 }],
];
/** ml-matrix takes minutes for larger matrices. */
const LARGEST_ML = 300_000;

interface Row {
  readonly what: string;
  readonly times: number[];
  excess?: number | null;
}

const rounds = Number(process.argv[2] ?? 5);
const wasm = await wasmKernels();
const python = await startPython();
if (!python) console.log('Python with NumPy, SciPy and scikit-learn was not found; its rows are left out.');
const folder = mkdtempSync(join(tmpdir(), 'gcompress-kernels-'));
const parts: string[] = [];
for (const [rows, cols, goals] of SIZES) parts.push(await decompositionTable(rows, cols, goals));
parts.push(await productTable());
python?.close();
rmSync(folder, { recursive: true });

const versions = python
  ? Object.entries(python.versions).map(([name, version]) => `${name} ${version}`)
  : ['no Python'];
const text = `# Kernels

Truncated SVD of rank ${RANK} and products of matrices, with the portable and the WebAssembly kernels of \`@gcompress\` and beside other
libraries. All take turns in one run; times are medians of ${rounds} rounds in milliseconds of the clock. The last columns say how many times as
long as the WebAssembly kernels each takes, and what was aimed at. gcompress uses one thread, NumPy and scikit-learn all of the machine. Other
programs used the machine at the same time, so the ratios are worth more than the times. Matrices are a signal in 128
directions, the i-th of size \`i^-0.5\`, with noise. Made by \`pnpm --filter @gcompress/benchmarks kernels\` on ${cpus().length} cores of
${cpus()[0].model}, Node ${process.versions.node}, ${versions.join(', ')}.

${parts.join('\n')}`;
writeFileSync(fileURLToPath(new URL('../../docs/results/kernels.md', import.meta.url)), text);
console.log(text);

async function decompositionTable(
  rows: number,
  cols: number,
  goals: Readonly<Record<string, number>>,
): Promise<string> {
  const a = signal(rows, cols);
  const optimum = Math.hypot(...singularValues(a, wasm).subarray(RANK));
  const own = (what: string, kernels: Kernels) => ({
    what,
    run: () => truncatedSvd(a, RANK, { kernels }),
    excess: errorOf(a, truncatedSvd(a, RANK, { kernels })) / optimum - 1,
  });
  const ml = {
    what: ML,
    run: () => new SingularValueDecomposition(MlMatrix.from1DArray(rows, cols, a.data), { autoTranspose: true }),
  };
  const subjects = [own(WASM, wasm), own(PORTABLE, portableKernels), ...(rows * cols > LARGEST_ML ? [] : [ml])];
  const measured = await inTurns(a, subjects, [FULL, DOUBLE, SINGLE], optimum);
  return table(`Truncated SVD of ${rows} × ${cols}`, measured, goals);
}

async function productTable(): Promise<string> {
  const a = signal(1024, 1024);
  const subjects = [
    { what: WASM, run: () => multiply(a, a, wasm) },
    { what: PORTABLE, run: () => multiply(a, a) },
    { what: `${WASM}, Gram matrix`, run: () => gram(a, wasm) },
    { what: `${PORTABLE}, Gram matrix`, run: () => gram(a) },
  ];
  const measured = await inTurns(a, subjects, ['numpy product, float64', 'numpy Gram matrix, float64']);
  return table('Product of 1024 × 1024 in float64', measured, {});
}

/** Runs all subjects and peers once a round, after a round that does not count. */
async function inTurns(
  a: Matrix,
  subjects: readonly { readonly what: string; readonly run: () => unknown; readonly excess?: number }[],
  peers: readonly string[],
  optimum?: number,
): Promise<Row[]> {
  const own = subjects.map(({ what, run, ...rest }) => ({ what, run, times: [] as number[], ...rest }));
  const others: Row[] = python ? peers.map((what) => ({ what, times: [] })) : [];
  if (python) await loadInto(python, a);
  for (let round = 0; round <= rounds; round++) {
    for (const subject of own) {
      const start = performance.now();
      subject.run();
      if (round > 0) subject.times.push(performance.now() - start);
    }
    for (const peer of others) {
      const time = await python?.time(peer.what, optimum);
      if (!time) continue;
      peer.excess = time.excess;
      if (round > 0) peer.times.push(time.milliseconds);
    }
  }
  return [...own, ...others];
}

async function loadInto(peers: PythonPeers, { shape, data }: Matrix): Promise<void> {
  const file = join(folder, 'matrix');
  writeFileSync(file, data);
  await peers.load(file, shape);
}

function table(title: string, rows: readonly Row[], goals: Readonly<Record<string, number>>): string {
  const base = median(rows[0].times);
  const lines = rows.map(({ what, times, excess }) => {
    const time = median(times);
    const ratio = time / base;
    const goal = goals[what];
    const verdict = goal === undefined ? '' : `≥ ${goal}: ${ratio >= goal ? 'met' : 'missed'}`;
    const error = typeof excess === 'number' ? Math.max(0, excess).toExponential(0) : '';
    return `| ${what} | ${time.toFixed(1)} | ${error} | ${ratio.toFixed(2)} | ${verdict} |`;
  });
  const head = '| | ms | error over optimum − 1 | ratio | goal |\n| --- | ---: | ---: | ---: | ---: |';
  return `## ${title}\n\n${head}\n${lines.join('\n')}\n`;
}

function median(values: readonly number[]): number {
  return [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)];
}

/** 128 directions, the i-th of size `i^-0.5`, and noise. */
function signal(rows: number, cols: number): Matrix {
  const random = createRandom(1);
  const normals = (length: number) => Float32Array.from({ length }, () => random.normal());
  const left = normals(rows * 128).map((entry, at) => (0.6 * entry) / Math.sqrt((at % 128) + 1));
  const product = multiply({ shape: [rows, 128], data: left }, { shape: [128, cols], data: normals(128 * cols) }, wasm);
  return matrix(
    [rows, cols],
    Float32Array.from(product.data, (entry) => entry + 0.8 * random.normal()),
  );
}

/** `‖A − U·diag(s)·Vᵀ‖`. */
function errorOf({ shape: [rows, cols], data }: Matrix, { u, s, v }: Svd): number {
  const rank = s.length;
  const scaled = u.map((entry, at) => entry * s[at % rank]);
  const right = new Float64Array(rank * cols);
  for (let j = 0; j < cols; j++) for (let p = 0; p < rank; p++) right[p * cols + j] = v[j * rank + p];
  const near = multiply({ shape: [rows, rank], data: scaled }, { shape: [rank, cols], data: right }, wasm).data;
  return Math.sqrt(data.reduce((sum, entry, at) => sum + (entry - near[at]) ** 2, 0));
}
