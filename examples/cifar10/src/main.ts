// Entry of the program.
import { isGCompressError } from '@gcompress/core';
import { mnistFolder, NO_PICTURES } from '@gcompress/example-datasets';
import { UsageError } from '@gcompress/example-program';
import { type Job, parseJob } from './options.ts';
import type { Surroundings } from './train-command.ts';

const DATA_HELP = `CIFAR-10 is at https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz: unpack it, and name its folder with --data_dir.
Fashion-MNIST is in Debian's package dataset-fashion-mnist: --data_dir=/usr/share/datasets/fashion-mnist
MNIST is here: --data_dir=${mnistFolder()}`;

const abort = new AbortController();
process.once('SIGINT', () => abort.abort(new Error('stopped')));
try {
  const job = parseJob(process.argv.slice(2));
  await run(job, { signal: abort.signal, log: (line) => console.log(line) });
} catch (error) {
  process.exitCode = exitCodeFor(error);
  const message = messageFor(error);
  if (message !== undefined) console.error(message);
}

/** Loads only what the job needs, so that mistakes are reported at once. */
async function run(job: Job, surroundings: Surroundings): Promise<void> {
  if (job.command === 'train') {
    const { train } = await import('./train-command.ts');
    await train(job.options, surroundings);
  } else {
    const { evaluate } = await import('./eval-command.ts');
    await evaluate(job.options, surroundings);
  }
}

function exitCodeFor(error: unknown): number {
  if (error instanceof UsageError) return error.exitCode;
  if (abort.signal.aborted) return 130;
  return isGCompressError(error, NO_PICTURES) ? 2 : 1;
}

function messageFor(error: unknown): string | undefined {
  if (error instanceof UsageError) return error.exitCode === 0 ? undefined : error.message;
  if (abort.signal.aborted) return 'Stopped. The same command goes on where this one ended.';
  const message = `error: ${(error as Error).message}`;
  return isGCompressError(error, NO_PICTURES) ? `${message}\n${DATA_HELP}` : message;
}
