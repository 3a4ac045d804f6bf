// The command line of `gcompress unpack`.
import type { Command } from 'commander';
import type { Perform } from './perform.ts';
import { MODEL_HELP, withForce, withForm } from './shared-options.ts';
import { byteSize } from './value-readers.ts';

/** Adds the verb to the program. */
export function addUnpack(program: Command, perform: Perform): void {
  const command = program
    .command('unpack')
    .summary('write a packed model as an ordinary folder')
    .description('Writes a model as a model.json with its files of weights, which any TensorFlow.js loads by itself.')
    .argument('<model>', MODEL_HELP)
    .requiredOption('--out <folder>', 'the folder to write')
    .option('--shard-bytes <size>', 'largest size of a file of weights (default: 4MiB)', byteSize);
  withForm(withForce(command))
    .addHelpText(
      'after',
      `
Examples:
  gcompress unpack small.gcm --out model/
  gcompress unpack https://example.org/small.gcm --out model/ --shard-bytes 1MB`,
    )
    .action((model: string, options) =>
      perform(async (surroundings) => (await import('../verbs/unpack.ts')).unpack(model, options, surroundings)),
    );
}
