// The command line of `gcompress compress`.
import { type Command, Option } from 'commander';
import { BACKENDS } from '../models/backend-names.ts';
import { KERNELS } from '../models/kernel-names.ts';
import type { Perform } from './perform.ts';
import { batchSize, MODEL_HELP, withForce, withForm, withPacking } from './shared-options.ts';
import { byteSize } from './value-readers.ts';

/** Adds the verb to the program. */
export function addCompress(program: Command, perform: Perform): void {
  const command = program
    .command('compress')
    .summary('make the best packed file of a size')
    .description(
      'Packs a model into one file of a limited size, and divides the bytes among the weights so that the total error is small. It needs no training and no labels; a few unlabelled inputs lower the error.',
    )
    .argument('<model>', MODEL_HELP)
    .requiredOption('--max-bytes <size>', 'most bytes of the file', byteSize)
    .requiredOption('--out <file>', 'the file to write, such as small.gcm')
    .option('--inputs <file>', 'unlabelled inputs for calibration: .npy, .npz (one array an input), or .json')
    .addOption(batchSize())
    .addOption(new Option('--backend <name>', 'backend that runs the calibration').choices(BACKENDS).default('wasm'))
    .addOption(
      new Option('--kernels <name>', 'loops that compress: WebAssembly where it runs, or plain JavaScript')
        .choices(KERNELS)
        .default('wasm'),
    );
  withForm(withForce(withPacking(command)))
    .addHelpText(
      'after',
      `
Examples:
  gcompress compress model/ --max-bytes 1MB --out small.gcm
  gcompress compress model/ --max-bytes 1MB --out small.gcm --inputs images.npy`,
    )
    .action((model: string, options) =>
      perform(async (surroundings) => (await import('../verbs/compress.ts')).compress(model, options, surroundings)),
    );
}
