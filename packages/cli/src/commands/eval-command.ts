// The command line of `gcompress eval`.
import { type Command, Option } from 'commander';
import { BACKENDS } from '../models/backend-names.ts';
import type { Perform } from './perform.ts';
import { batchSize, MODEL_HELP, withForm } from './shared-options.ts';

/** Adds the verb to the program. */
export function addEval(program: Command, perform: Perform): void {
  const command = program
    .command('eval')
    .summary('score a model on labelled examples')
    .description(
      'Scores the first output of a model: accuracy if the labels are classes, mean squared error if they are values. The model gets the inputs as the file has them.',
    )
    .argument('<model>', MODEL_HELP)
    .requiredOption('--inputs <file>', 'inputs with their batch axis: .npy, .npz (one array an input), or .json')
    .requiredOption('--labels <file>', 'one label an example: classes from 0, rows with a single 1, or values')
    .option('--against <model>', 'the original, scored too for comparison')
    .addOption(batchSize())
    .addOption(new Option('--backend <name>', 'backend that runs the model').choices(BACKENDS).default('wasm'));
  withForm(command)
    .addHelpText(
      'after',
      `
Examples:
  gcompress eval small.gcm --inputs x.npy --labels y.npy
  gcompress eval small.gcm --inputs x.npy --labels y.npy --against model/ --markdown`,
    )
    .action((model: string, options) =>
      perform(async (surroundings) => (await import('../verbs/evaluate.ts')).evaluate(model, options, surroundings)),
    );
}
