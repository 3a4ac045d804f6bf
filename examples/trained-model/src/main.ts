// Entry of the program: writes the files, and reads them in a fresh process.
import { UsageError } from '@gcompress/example-program';
import { runMain } from '@gcompress/example-program/run-main';
import { parseOptions } from './options.ts';

try {
  const options = parseOptions(process.argv.slice(2));
  // Loaded late, so that mistakes on the command line are reported at once
  const { startBackend } = await import('@gcompress/example-program');
  const { writeFiles } = await import('./job.ts');
  const { resultsTable } = await import('./results-table.ts');
  const { name } = await startBackend(options.backend);
  const written = await writeFiles(options, (line) => console.error(line));
  const paths = written.map(({ path }) => path);
  const { code, stdout, stderr } = await runMain(new URL('read.ts', import.meta.url), [name, ...paths]);
  if (code !== 0) throw new Error(`the files could not be read: ${stderr}`);
  const { errors } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { errors: readonly number[] };
  const results = written.map((one, at) => ({ ...one, testError: errors[at] }));
  if (options.json) console.log(JSON.stringify({ options, backend: name, results }));
  else console.log(`${resultsTable(results)}\nBackend ${name}. The files are in ${options.output}/.`);
} catch (error) {
  const usage = error instanceof UsageError;
  if (!usage || error.exitCode !== 0) console.error(`error: ${(error as Error).message}`);
  process.exitCode = usage ? error.exitCode : 1;
}
