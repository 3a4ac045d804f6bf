// Folders of saved models: their sizes, and their evaluation in a fresh process.
import { execFile } from 'node:child_process';
import { access, constants, mkdir, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Evaluation } from './evaluate.ts';

/** Bytes of all files in a folder, as they are and gzipped. */
export async function folderBytes(folder: string): Promise<{ readonly raw: number; readonly gzipped: number }> {
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
  const sum = (sizes: number[]) => sizes.reduce((total, size) => total + size, 0);
  return {
    raw: sum(files.map((file) => file.length)),
    gzipped: sum(files.map((file) => gzipSync(file, { level: 9 }).length)),
  };
}

/** Makes the folder, so that a place that cannot be written is known before the training and not after it. */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new Error(`output folder '${folder}' cannot be written: ${(cause as Error).message}`, { cause });
  }
}

/** Evaluates the models in these folders in a process of its own, which knows nothing but the files; each is timed so often. */
export async function evaluateInFreshProcess(
  folders: readonly string[],
  backend: string,
  timedRuns: number,
): Promise<Evaluation[]> {
  const script = fileURLToPath(new URL('./evaluate.ts', import.meta.url));
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const args = ['--import', loader, script, backend, `${timedRuns}`, ...folders];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  // tfjs may greet on the standard output; the evaluations are the last line
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Evaluation[];
}
