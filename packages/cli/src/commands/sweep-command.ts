// The command line of `gcompress sweep`.
import { type Command, Option } from 'commander';
import type { Perform } from './perform.ts';
import { withForce, withForm } from './shared-options.ts';
import { integer } from './value-readers.ts';

/** Adds the verb to the program. */
export function addSweep(program: Command, perform: Perform): void {
  const command = program
    .command('sweep')
    .summary('run a search over configurations')
    .description(
      'Runs a job for each configuration of a grid, of random draws or of successive halving, in worker processes, and prints the results, the best first. A sweep that was stopped goes on where it stopped: results are kept in a folder or in Redis.',
    )
    .argument('<config>', 'JSON, or a module with a default export: job, parameters, and how results are compared')
    .option('--workers <integer>', 'worker processes (default: one for each processor)', integer(0, 1024))
    .addOption(
      new Option(
        '--folder <folder>',
        'folder of the jobs and results (default: the name of CONFIG and -sweep)',
      ).conflicts('redis'),
    )
    .option('--redis <url>', 'keep jobs and results in Redis instead, such as redis://localhost:6379')
    .option('--join', 'only work on the jobs of a sweep that another process runs, until Ctrl-C')
    .option('--retry-failed', 'run jobs again that failed before')
    .addOption(
      new Option(
        '--out <file>',
        'write the results to this file, HTML or Markdown (.md), and anew whenever a job ends',
      ).conflicts('join'),
    );
  withForm(withForce(command))
    .addHelpText(
      'after',
      `
Examples:
  gcompress sweep bits.json --workers 4
  gcompress sweep bits.json --markdown > results.md
  gcompress sweep bits.json --out results.html
  gcompress sweep bits.json --redis redis://queue.example:6379
  gcompress sweep bits.json --redis redis://queue.example:6379 --join`,
    )
    .action((config: string, options) =>
      perform(async (surroundings) => (await import('../verbs/sweep.ts')).sweep(config, options, surroundings)),
    );
}
