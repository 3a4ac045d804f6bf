// The command line of `gcompress check`.
import type { Command } from 'commander';
import type { Perform } from './perform.ts';
import { batchSize, MODEL_HELP, withForm, withInputs } from './shared-options.ts';
import { byteSize, numberFrom } from './value-readers.ts';

/** Adds the verb to the program. */
export function addCheck(program: Command, perform: Perform): void {
  const command = program
    .command('check')
    .summary('fail when a model exceeds its budget')
    .description(
      'Ends with code 1 when a model exceeds its budget. Without a model, budgets come from gcompress.json or from the key "gcompress" of package.json.',
    )
    .argument('[model]', MODEL_HELP)
    .option('--max-bytes <size>', 'largest size of all files of the model', byteSize)
    .option('--against <model>', 'the original that the model is compared with')
    .option(
      '--max-difference <part>',
      'largest difference of an output: 0.05 is 5 % of its largest value',
      numberFrom(0),
    )
    .option('--max-drop <points>', 'largest loss of accuracy in percentage points', numberFrom(0, 100))
    .option('--labels <file>', 'labels of the inputs, for --max-drop')
    .option('--config <file>', 'a file with budgets; schema/budgets.json of the package describes it');
  withForm(withInputs(command).addOption(batchSize()))
    .addHelpText(
      'after',
      `
Examples:
  gcompress check small.gcm --max-bytes 1MB
  gcompress check small.gcm --against model/ --max-difference 0.05
  gcompress check small.gcm --against model/ --max-drop 0.5 --inputs x.npy --labels y.npy
  gcompress check`,
    )
    .action((model: string | undefined, options) =>
      perform(async (surroundings) => (await import('../verbs/check.ts')).check(model, options, surroundings)),
    );
}
