import { runJob } from './job.ts';
import { parseOptions } from './options.ts';
import { Progress } from './progress.ts';
import { resultsTable, summary } from './results-table.ts';

const options = parseOptions(process.argv.slice(2));
const abort = new AbortController();
process.once('SIGINT', () => abort.abort(new Error('stopped')));
try {
  const { backend, report, results } = await runJob(options, new Progress(), abort.signal);
  if (options.json) {
    console.log(JSON.stringify({ options, backend: backend.name, results }, null, 2));
  } else {
    console.log(
      `\nBackend: ${backend.name} (${backend.reason})\n\n${report}\n\n${resultsTable(results)}\n${summary(results)}`,
    );
    console.log(`Models are in ${options.output}/; the compressed one loads like any other.`);
  }
} catch (error) {
  console.error(abort.signal.aborted ? 'Stopped; no model was written.' : `error: ${(error as Error).message}`);
  process.exitCode = abort.signal.aborted ? 130 : 1;
}
