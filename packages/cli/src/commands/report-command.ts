// The command line of `gcompress report`.
import { type Command, Option } from 'commander';
import { BACKENDS } from '../models/backend-names.ts';
import type { Perform } from './perform.ts';
import { batchSize, INPUTS_HELP, MODEL_HELP, withForce, withForm, withImages } from './shared-options.ts';

/** Adds the verb to the program. */
export function addReport(program: Command, perform: Perform): void {
  const command = program
    .command('report')
    .summary('write what packing gained and cost as one HTML page')
    .description(
      'Measures a packed model against the original, float16 and uint8, and writes one HTML file that needs no network: bytes, memory, multiply-adds, and times of predictions on this machine. With inputs, it shows quality and the inputs whose answer changed.',
    )
    .argument('<model>', MODEL_HELP)
    .argument('<packed>', 'the packed file of the same model, or its address')
    .option('--out <file>', 'the HTML file to write')
    .option('--inputs <path>', INPUTS_HELP)
    .option('--labels <file>', 'one label an example: classes from 0, or rows with a single 1')
    .option('--classes <file>', 'a JSON list of the names of the classes')
    .option('--title <text>', 'title of the report')
    .option('--made-by <command>', 'the command that made the packed file, to show it')
    .option('--record <file>', 'what compress or pack printed with --json: output errors and notes')
    .option('--no-spectra', 'leave out the singular values, which take most of the time')
    .option(
      '--no-run',
      'count no multiply-adds and measure no times and memory, so that no model runs without --inputs',
    )
    .option('--no-latency', 'measure no times, so that the same files give the same report')
    .addOption(batchSize())
    .addOption(new Option('--backend <name>', 'backend that runs the models').choices(BACKENDS).default('wasm'));
  withForm(withForce(withImages(command)))
    .addHelpText(
      'after',
      `
Examples:
  gcompress report model/ small.gcm --out report.html
  gcompress report model/ small.gcm --inputs images.npy --labels labels.npy --out report.html
  gcompress report model/ small.gcm --inputs photos/ --preprocess 0..1 --out report.html
  gcompress report model/ small.gcm --inputs images.npy --markdown >> "$GITHUB_STEP_SUMMARY"`,
    )
    .action((model: string, packed: string, options) =>
      perform(async (surroundings) =>
        (await import('../verbs/report.ts')).report([model, packed], options, surroundings),
      ),
    );
}
