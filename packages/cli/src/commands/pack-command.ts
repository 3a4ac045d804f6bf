// The command line of `gcompress pack`.
import { type Command, Option } from 'commander';
import { BACKENDS } from '../models/backend-names.ts';
import type { Perform } from './perform.ts';
import { MODEL_HELP, registerOption, withForce, withForm, withMethod, withPacking } from './shared-options.ts';
import { integer } from './value-readers.ts';

/** Adds the verb to the program. */
export function addPack(program: Command, perform: Perform): void {
  const command = program
    .command('pack')
    .summary('pack a model into one small file')
    .description('Packs a model into one file, which stock TensorFlow.js loads with the loader of @gcompress/packed.')
    .argument('<model>', MODEL_HELP)
    .requiredOption('--out <file>', 'the file to write, such as small.gcm');
  withPacking(withMethod(command))
    .option('--keep <pattern...>', 'names of weights that stay float32; * stands for anything')
    .option(
      '--probes <integer>',
      'number of seeded inputs whose outputs are stored in the file, for verify',
      integer(1, 100),
    )
    .addOption(registerOption())
    .addOption(new Option('--backend <name>', 'backend that answers the probes').choices(BACKENDS).default('wasm'));
  withForm(withForce(command))
    .addHelpText(
      'after',
      `
Examples:
  gcompress pack model/ --out small.gcm
  gcompress pack model/ --out small.gcm --bits 4 --keep 'embedding*'
  gcompress pack model/ --out small.gcm --method kmeans --levels 16 --options '{"codebooks": "column"}'
  gcompress pack npm:@spotify/basic-pitch --out pitch.gcm --probes 1`,
    )
    .action((model: string, options) =>
      perform(async (surroundings) => (await import('../verbs/pack.ts')).pack(model, options, surroundings)),
    );
}
