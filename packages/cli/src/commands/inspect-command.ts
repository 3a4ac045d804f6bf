// The command line of `gcompress inspect`.
import type { Command } from 'commander';
import type { Perform } from './perform.ts';
import { MODEL_HELP, withForm, withMethod } from './shared-options.ts';

/** Adds the verb to the program. */
export function addInspect(program: Command, perform: Perform): void {
  const command = program
    .command('inspect')
    .summary('list the weights of a model and what they take')
    .description('Lists the weights of a model: what uses them, shape, and bytes raw, gzipped, in brotli and packed.')
    .argument('<model>', MODEL_HELP)
    .option('--all', 'list also the weights that are no matrices, one by one');
  command
    .option('--exact', 'measure large models whole, instead of estimating sizes from a sample')
    .option('--spectra', 'compute singular values: the rank that holds 90 % of each matrix');
  withForm(withMethod(command))
    .addHelpText(
      'after',
      `
Examples:
  gcompress inspect model/
  gcompress inspect npm:@spotify/basic-pitch --bits 6
  gcompress inspect model/ --spectra
  gcompress inspect https://example.org/model.json --json`,
    )
    .action((model: string, options) =>
      perform(async (surroundings) => (await import('../verbs/inspect.ts')).inspect(model, options, surroundings)),
    );
}
