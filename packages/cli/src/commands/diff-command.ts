// The command line of `gcompress diff`.
import type { Command } from 'commander';
import type { Perform } from './perform.ts';
import { MODEL_HELP, withForm, withInputs } from './shared-options.ts';

/** Adds the verb to the program. */
export function addDiff(program: Command, perform: Perform): void {
  const command = program
    .command('diff')
    .summary('compare two forms of a model: weights, bytes, answers')
    .description('Compares two forms of a model: the errors of its weights, bytes, and the answers to the same inputs.')
    .argument('<first>', MODEL_HELP)
    .argument('<second>', 'the other form of the same model')
    .option('--no-answers', 'compare weights and bytes alone, without running the models')
    .option('--all', 'list also the weights that are equal');
  withForm(withInputs(command))
    .addHelpText(
      'after',
      `
Examples:
  gcompress diff model/ small.gcm
  gcompress diff model/ small.gcm --inputs images.npy --json
  gcompress diff model/ small.gcm --no-answers --markdown`,
    )
    .action((first: string, second: string, options) =>
      perform(async (surroundings) => (await import('../verbs/diff.ts')).diff([first, second], options, surroundings)),
    );
}
