/**
 * Truncated SVD and products with portable and WebAssembly kernels, beside ml-matrix, NumPy and scikit-learn in one run:
 * `npx tsx src/kernels.ts [rounds]` in `benchmarks` writes docs/results/kernels.md. `GCOMPRESS_PYTHON` names another Python.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kernels, Matrix } from '@gcompress/core';
import { gram, multiply, portableKernels, type Svd, truncatedSvd } from '@gcompress/linalg';
import { wasmKernels } from '@gcompress/wasm-kernels';
import { Matrix as MlMatrix, SingularValueDecomposition } from 'ml-matrix';
import { DIRECTIONS, decayingMatrix } from './decaying-matrix.ts';
import { type PeerTime, type PythonPeers, startPython } from './peers/python-peers.ts';
import { LIMITS } from './profiles/limits.ts';
import { markdownTable } from './statistics.ts';

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
  [4096, 4096, { [FULL]: 100, [DOUBLE]: 1.8, [SINGLE]: 1 }],
];
/** ml-matrix takes minutes for larger matrices. */
const LARGEST_ML = 300_000;

/** One line of a table. */
interface Row {
  readonly what: string;
  /** Milliseconds of each round. */
  readonly times: number[];
  /** The norm of the remainder. */
  error?: number | null;
}

/** A measured subject: a function of ours, or the name of a run in the Python process. */
interface Subject {
  readonly what: string;
  readonly run?: () => unknown;
  readonly error?: () => number;
  /** Runs in the first round only, because it takes long. */
  readonly once?: boolean;
}

const rounds = Number(process.argv[2] ?? 5);
const wasm = await wasmKernels();
const python = await startPython();
if (!python) console.error('Python with NumPy, SciPy and scikit-learn was not found; its rows are left out.');
const folder = mkdtempSync(join(tmpdir(), 'gcompress-kernels-'));
/** Whether the times say who is faster: threads that wait for each other suffer most when others use the machine. */
const quiet = loadavg()[0] < cpus().length;
const parts: string[] = [];
for (const [rows, cols, goals] of SIZES) parts.push(await decompositionTable(rows, cols, goals));
parts.push(await productTable());
python?.close();
rmSync(folder, { recursive: true });

const versions = python
  ? Object.entries(python.versions).map(([name, version]) => `${name} ${version}`)
  : ['no Python'];
const LOAD = quiet
  ? 'The machine was quiet when the run began.'
  : `**Goals are not judged here: other programs used the machine (load ${loadavg()[0].toFixed(0)} on ${cpus().length} cores), which makes\nall slow, and the threads of NumPy and scikit-learn, which wait for each other, slowest. Only the rows of gcompress are comparable.**`;
const text = `# Kernels

Truncated SVD of rank ${RANK} and products of matrices, with the portable and the WebAssembly kernels of gcompress and with other
libraries. All take turns in one run; a time is the shortest of ${rounds} rounds in milliseconds of the clock, and of one round for the whole
decompositions of NumPy and ml-matrix. The last two columns are the time relative to the WebAssembly kernels, and the goal for
this ratio. gcompress uses one thread; NumPy and scikit-learn choose their number of threads. ${LOAD} Matrices are a signal in ${DIRECTIONS} directions, the i-th of size
\`i^-0.5\`, with noise. Made by \`pnpm --filter @gcompress/benchmarks kernels\` on ${cpus().length} cores of ${cpus()[0].model}, Node
${process.versions.node}, ${versions.join(', ')}.

${parts.join('\n')}
## What holds the goals that are missed

${LIMITS.svd} [Profiles](profiles.md) show where the time goes.
`;
writeFileSync(fileURLToPath(new URL('../../docs/results/kernels.md', import.meta.url)), text);

async function decompositionTable(
  rows: number,
  cols: number,
  goals: Readonly<Record<string, number>>,
): Promise<string> {
  const a = decayingMatrix(rows, cols, wasm);
  const own = (what: string, kernels: Kernels): Subject => {
    const run = () => truncatedSvd(a, RANK, { kernels });
    return { what, run, error: () => errorOf(a, run()) };
  };
  const ml: Subject = {
    what: ML,
    run: () => new SingularValueDecomposition(MlMatrix.from1DArray(rows, cols, a.data), { autoTranspose: true }),
    once: true,
  };
  const peers: Subject[] = [{ what: FULL, once: true }, { what: DOUBLE }, { what: SINGLE }];
  const subjects = [own(WASM, wasm), own(PORTABLE, portableKernels), ...(rows * cols > LARGEST_ML ? [] : [ml])];
  return table(`Truncated SVD of ${rows} × ${cols}`, await inTurns(a, [...subjects, ...peers]), goals);
}

async function productTable(): Promise<string> {
  const a = decayingMatrix(1024, 1024, wasm);
  const subjects: Subject[] = [
    { what: WASM, run: () => multiply(a, a, wasm) },
    { what: PORTABLE, run: () => multiply(a, a) },
    { what: 'numpy product, float64' },
    { what: `${WASM}, Gram matrix`, run: () => gram(a, wasm) },
    { what: `${PORTABLE}, Gram matrix`, run: () => gram(a) },
    { what: 'numpy Gram matrix, float64' },
  ];
  return table('Product of 1024 × 1024 in float64', await inTurns(a, subjects), {});
}

/** Runs all subjects once a round. */
async function inTurns(a: Matrix, subjects: readonly Subject[]): Promise<Row[]> {
  const file = join(folder, 'matrix');
  writeFileSync(file, a.data);
  await python?.load(file, a.shape);
  const measured = subjects
    .filter(({ run }) => run || python)
    .map((subject) => ({ subject, row: { what: subject.what, times: [] } as Row }));
  for (let round = 0; round < rounds; round++) {
    for (const { subject, row } of measured) {
      if (subject.once && round > 0) continue;
      const time = await timeOf(subject);
      row.times.push(time.milliseconds);
      row.error ??= subject.error?.() ?? time.error;
    }
    console.error(`${a.shape.join(' × ')}: round ${round + 1} of ${rounds}`);
  }
  return measured.map(({ row }) => row);
}

async function timeOf({ what, run }: Subject): Promise<PeerTime> {
  if (!run) return (python as PythonPeers).time(what);
  const start = performance.now();
  run();
  return { milliseconds: performance.now() - start, error: null };
}

function table(title: string, rows: readonly Row[], goals: Readonly<Record<string, number>>): string {
  const base = Math.min(...rows[0].times);
  const optimum = rows.find(({ what }) => what === FULL)?.error;
  const lines = rows.map(({ what, times, error }) => {
    const time = Math.min(...times);
    const ratio = time / base;
    const goal = goals[what];
    const verdict = goal === undefined ? '' : `≥ ${goal}${quiet ? `: ${ratio >= goal ? 'met' : 'missed'}` : ''}`;
    const excess = optimum && error ? Math.max(0, error / optimum - 1).toExponential(0) : '';
    return [what, time.toFixed(1), what === FULL ? '' : excess, ratio.toFixed(2), verdict];
  });
  return `## ${title}\n\n${markdownTable(['', 'ms', 'error over optimum − 1', 'ratio', 'goal'], lines)}\n`;
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
