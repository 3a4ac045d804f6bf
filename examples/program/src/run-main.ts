// Runs a program of an example in a process of its own, for tests.
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** How a run of a program ended. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Sees what a program writes, as it comes. */
export type Listener = (child: ChildProcess, text: string) => void;

const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Milliseconds after which a program is ended, unless the caller says otherwise. */
const TIME_LIMIT = 240_000;

/** Runs the program of a TypeScript file as a user does. After `timeLimit` milliseconds it is ended; 0 for no limit. */
export function runMain(main: URL, args: readonly string[], onOutput?: Listener, timeLimit = TIME_LIMIT): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', loader, fileURLToPath(main), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeLimit,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => {
      stdout += data;
      onOutput?.(child, String(data));
    });
    child.stderr.on('data', (data) => {
      stderr += data;
      onOutput?.(child, String(data));
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
