// Entry of the program behind `npm start`.
import { UsageError } from '@gcompress/example-program';
import { parseOptions } from './options.ts';

const abort = new AbortController();
process.once('SIGINT', () => abort.abort(new Error('stopped')));
try {
  const options = parseOptions(process.argv.slice(2));
  // Loaded late, so that mistakes on the command line are reported at once
  const { runJob } = await import('./job.ts');
  const { Progress } = await import('./progress.ts');
  const { resultsTable, summary } = await import('./results-table.ts');
  const { backend, reports, results } = await runJob(options, { progress: new Progress(), signal: abort.signal });
  if (options.json) {
    console.log(JSON.stringify({ options, backend: backend.name, results }, null, 2));
  } else {
    console.log(`\nBackend: ${backend.name}. ${backend.reason}\n\n${reports[0]}\n`);
    console.log(`${resultsTable(results)}\n${summary(results)}`);
    console.log(`The models are in ${options.output}/.`);
  }
} catch (error) {
  if (error instanceof UsageError) {
    if (error.exitCode !== 0) console.error(error.message);
    process.exitCode = error.exitCode;
  } else if (abort.signal.aborted) {
    console.error('Stopped; no model was written.');
    process.exitCode = 130;
  } else {
    console.error(`error: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
