// Times NumPy, SciPy and scikit-learn in a Python process, if Python has all of them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Threads of OpenBLAS go on spinning for some 30 ms, and would disturb what is measured next. */
const CALM = 100;

/** Time of a call in milliseconds, and for a decomposition the norm of the remainder after its first triplets. */
export interface PeerTime {
  readonly milliseconds: number;
  readonly error: number | null;
}

/** Libraries of Python, timed in a process of their own. */
export interface PythonPeers {
  /** Versions, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Reads the matrix `[m, n]` of float32 that the next calls are for. */
  load(file: string, shape: readonly [number, number]): Promise<void>;
  time(run: string): Promise<PeerTime>;
  close(): void;
}

/** Starts `program`, by default the `python3` of the path; undefined where it lacks NumPy, SciPy or scikit-learn. */
export async function startPython(
  program = process.env.GCOMPRESS_PYTHON ?? 'python3',
): Promise<PythonPeers | undefined> {
  const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, ...env } = process.env;
  const script = fileURLToPath(new URL('decompositions.py', import.meta.url));
  const child = spawn(program, [script], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  child.on('error', () => {});
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${program} ended.`);
    return JSON.parse(value);
  };
  const ask = (request: object) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answer();
  };
  const ended = once(child, 'close').catch(() => {});
  const versions = await Promise.race([answer().catch(() => undefined), ended.then(() => undefined)]);
  if (!versions) return undefined;
  return {
    versions,
    load: (file, shape) => ask({ file, shape }),
    async time(run) {
      const result = await ask({ run });
      await wait(CALM);
      return result;
    },
    close: () => child.kill(),
  };
}
