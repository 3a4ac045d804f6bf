// The command line of `gcompress plan`.
import { type Command, Option } from 'commander';
import { BACKENDS } from '../models/backend-names.ts';
import { DROP_MEASURES } from '../plans/drop-measures.ts';
import { withCandidates } from './method-value.ts';
import type { Perform } from './perform.ts';
import { batchSize, INPUTS_HELP, MODEL_HELP, withForm, withImages, withWeights } from './shared-options.ts';
import { byteSize, integer, milliseconds, numberAbove, numberFrom } from './value-readers.ts';

/** Adds the verb to the program. */
export function addPlan(program: Command, perform: Perform): void {
  const command = program
    .command('plan')
    .summary('show size against expected error, and the best forms for limits')
    .description(
      'Chooses the form of each weight for limits, without compressing the model, and prints the forms and the curve of size against expected error. Several limits hold together. Large models are evaluated on a sample of their columns.',
    )
    .argument('<model>', MODEL_HELP)
    .option('--max-bytes <size>', 'most bytes of the packed file', byteSize)
    .option('--max-memory <size>', 'most bytes of all weights in memory', byteSize)
    .option('--max-multiply-adds <number>', 'most multiply-adds for one example', numberAbove(0))
    .option('--max-time <time>', 'most time for one example on the backend, such as 5ms', milliseconds)
    .option('--max-drop <percent>', 'largest expected drop, in percent; needs --inputs', numberFrom(0, 100))
    .addOption(measureOption())
    .option('--inputs <path>', `unlabelled ${INPUTS_HELP}`)
    .option('--sample <number>', 'values that are evaluated at each size (default: 262144)', integer(1, 1e12))
    .option('--cache <folder>', 'keep evaluations and measured times here, so that a plan that was stopped goes on')
    .addOption(batchSize())
    .addOption(new Option('--backend <name>', 'backend that runs the model').choices(BACKENDS).default('wasm'));
  withForm(withWeights(withCandidates(withImages(command))))
    .addHelpText(
      'after',
      `
Examples:
  gcompress plan model/
  gcompress plan model/ --max-bytes 1MB --cache plans/
  gcompress plan model/ --max-drop 0.5 --inputs images.npy --json
  gcompress plan model/ --max-memory 2MB --candidate uniform --candidate lowrank
  gcompress plan model/ --max-time 5ms --backend wasm --candidate lowrank --cache plans/`,
    )
    .action((model: string, options) =>
      perform(async (surroundings) => (await import('../verbs/plan.ts')).plan(model, options, surroundings)),
    );
}

/** The option `--measure`. */
export function measureOption(): Option {
  return new Option(
    '--measure <name>',
    'what a drop counts: largest outputs that change their place, or the relative error of the outputs (default: agreement for classes)',
  ).choices(DROP_MEASURES);
}
