// Runs the quick benchmarks, prints tables of medians and ratios, and writes them as JSON.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { wasmKernels } from '@gcompress/wasm-kernels';
import { type PythonPeers, startPython } from '../peers/python-peers.ts';
import { markdownTable, median } from '../statistics.ts';
import { kernelCases } from './kernel-cases.ts';
import { methodCases } from './method-cases.ts';
import type { QuickCase, Subject } from './quick-case.ts';

/** Measured rounds; one round before them is not counted, because engines compile in it. */
const ROUNDS = 3;
const PEERS = ['ml-matrix', 'ml-kmeans', 'simple-statistics', '@tensorflow/tfjs'];

interface Result {
  readonly what: string;
  /** Median of the rounds, in milliseconds. */
  readonly milliseconds: number;
  /** The median, as a multiple of that of the first subject. */
  readonly ratio: number;
  /** Relative error ‖A − Â‖ / ‖A‖ where the subject has one. */
  readonly error: number | null;
}

/** Measures all quick cases, and writes `benchmarks/quick.json`. */
export async function runQuick(): Promise<void> {
  const python = await startPython();
  if (!python) console.log('Python with NumPy, SciPy and scikit-learn was not found; its rows are left out.\n');
  const machine = { processor: cpus()[0].model, cores: cpus().length, load: loadavg()[0] };
  const versions = { node: process.versions.node, ...npmVersions(), ...python?.versions };
  console.log(`${machine.cores} cores of ${machine.processor}, load ${machine.load.toFixed(1)} at the start`);
  console.log(
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  );
  const kernels = await wasmKernels();
  const cases: { readonly name: string; readonly results: readonly Result[] }[] = [];
  for (const one of [...kernelCases(kernels), ...methodCases(kernels)]) {
    const results = await measured(one, python);
    cases.push({ name: one.name, results });
    print(one.name, results);
  }
  python?.close();
  const file = fileURLToPath(new URL('../../quick.json', import.meta.url));
  writeFileSync(file, `${JSON.stringify({ machine, versions, rounds: ROUNDS, cases }, null, 2)}\n`);
  console.log(`\nWritten to ${file}`);
}

/** Subjects take turns, so that a load of the machine meets all of them. */
async function measured({ matrix, subjects }: QuickCase, python: PythonPeers | undefined): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gcompress-quick-'));
  try {
    if (python && matrix) {
      const file = join(folder, 'matrix');
      writeFileSync(file, matrix.data);
      await python.load(file, matrix.shape);
    }
    const used = subjects.filter(({ run }) => run || (python && matrix));
    const times = used.map((): number[] => []);
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [at, subject] of used.entries()) {
        const milliseconds = await timeOf(subject, python);
        if (round > 0) times[at].push(milliseconds);
      }
    }
    const base = median(times[0]);
    return used.map(({ what, error }, at) => {
      const milliseconds = median(times[at]);
      return { what, milliseconds, ratio: milliseconds / base, error: error?.() ?? null };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function timeOf({ what, run }: Subject, python: PythonPeers | undefined): Promise<number> {
  if (!run) return (await python?.time(what))?.milliseconds ?? Number.NaN;
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function print(name: string, results: readonly Result[]): void {
  const rows = results.map(({ what, milliseconds, ratio, error }) => [
    what,
    milliseconds.toFixed(2),
    `${ratio.toFixed(2)}×`,
    error === null ? '' : error.toPrecision(4),
  ]);
  console.log(`\n${name}\n\n${markdownTable(['', 'ms', 'of the first', 'relative error'], rows)}`);
}

/** Versions of the npm packages that are measured beside ours. */
function npmVersions(): Record<string, string> {
  const { resolve } = createRequire(import.meta.url);
  return Object.fromEntries(
    PEERS.map((name) => {
      const folder = resolve(name).split(`/node_modules/${name}/`)[0];
      const { version } = JSON.parse(readFileSync(`${folder}/node_modules/${name}/package.json`, 'utf8'));
      return [name, String(version)];
    }),
  );
}
