// Starts a worker process.
import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Starts a process that runs jobs. Its standard output goes to standard error, because the standard output of the pool may be read by a program.
 *
 * @param execArgv flags of Node.
 */
export function startWorkerProcess(execArgv: readonly string[]): ChildProcess {
  // The program has the ending of this file: .ts in the sources, .js once it is built
  const program = new URL(`./worker-process${extname(import.meta.url)}`, import.meta.url);
  return fork(fileURLToPath(program), [], { execArgv: [...execArgv], stdio: ['ignore', 2, 2, 'ipc'] });
}
