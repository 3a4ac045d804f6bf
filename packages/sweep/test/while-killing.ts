// Kills the processes of running jobs, one after the other, while a sweep runs.
import { readFileSync } from 'node:fs';

/** Which processes are killed, and how often. */
export interface Killing {
  /** The file to which the job of these tests writes each of its starts. */
  readonly log: string;
  readonly everyMs: number;
  /** Kills after which the rest may run. */
  readonly most: number;
}

/** The result of some work during which processes were killed, and how many were. */
export async function whileKilling<T>(
  { log, everyMs, most }: Killing,
  work: () => Promise<T>,
): Promise<{ readonly outcome: T; readonly kills: number }> {
  const tried = new Set<number>();
  let kills = 0;
  const timer = setInterval(() => {
    const pid = startsIn(log).at(-1)?.pid;
    if (pid === undefined || tried.has(pid) || kills === most) return;
    tried.add(pid);
    if (kill(pid)) kills++;
  }, everyMs);
  try {
    return { outcome: await work(), kills };
  } finally {
    clearInterval(timer);
  }
}

/** Kills a process; false if it had ended by itself, as that of the last job does. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** The starts of jobs in a log: their configurations and processes. */
export function startsIn(log: string): { readonly n: number; readonly pid: number }[] {
  let text = '';
  try {
    text = readFileSync(log, 'utf8');
  } catch {
    // No job was started yet
  }
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => line.split(' ').map(Number)).map(([n, pid]) => ({ n, pid }));
}
