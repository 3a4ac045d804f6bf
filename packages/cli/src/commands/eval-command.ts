// The command line of `gcompress eval`.
import { type Command, Option } from 'commander';
import { BACKENDS } from '../models/backend-names.ts';
import type { Perform } from './perform.ts';
import { batchSize, INPUTS_HELP, MODEL_HELP, withForm, withImages } from './shared-options.ts';

/** Adds the verb to the program. */
export function addEval(program: Command, perform: Perform): void {
  const command = program
    .command('eval')
    .summary('score a model on labelled examples')
    .description(
      'Scores the first output of a model: accuracy if the labels are classes, mean squared error if they are values. The model gets arrays as the file has them, and images resized and preprocessed by name.',
    )
    .argument('<model>', MODEL_HELP)
    .requiredOption('--inputs <path>', INPUTS_HELP)
    .requiredOption('--labels <file>', 'one label an example: classes from 0, rows with a single 1, or values')
    .option('--against <model>', 'the original, scored too for comparison')
    .addOption(batchSize())
    .addOption(new Option('--backend <name>', 'backend that runs the model').choices(BACKENDS).default('wasm'));
  withForm(withImages(command))
    .addHelpText(
      'after',
      `
Examples:
  gcompress eval small.gcm --inputs x.npy --labels y.npy
  gcompress eval small.gcm --inputs x.npy --labels y.npy --against model/ --markdown
  gcompress eval small.gcm --inputs photos/ --preprocess imagenet --labels labels.json`,
    )
    .action((model: string, options) =>
      perform(async (surroundings) => (await import('../verbs/evaluate.ts')).evaluate(model, options, surroundings)),
    );
}
