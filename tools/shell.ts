// Runs programs.
import { execFile, execFileSync } from 'node:child_process';

/** Runs a program and returns what it printed; when it fails, throws with all of its output. */
export function run(program: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')} failed in ${cwd}\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** How {@link runLater} runs a program. */
export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Milliseconds after which {@link runLater} ends a program; far more than any needs, as machines are shared. */
const LONGEST = 600_000;

/** {@link run} without blocking, for programs that talk to a server in this process. */
export function runLater(program: string, args: readonly string[], options: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { ...options, encoding: 'utf8', maxBuffer: 1 << 26, timeout: LONGEST },
      (cause, stdout, stderr) => {
        const what = `${program} ${args.join(' ')} failed in ${options.cwd}`;
        if (cause) reject(new Error(`${what}\n${stdout}\n${stderr}`, { cause }));
        else resolve(stdout);
      },
    );
  });
}
