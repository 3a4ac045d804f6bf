// The command line of `gcompress compress`.
import { type Command, Option } from 'commander';
import { BACKENDS } from '../models/backend-names.ts';
import { KERNELS } from '../models/kernel-names.ts';
import { methodValue, withCandidates } from './method-value.ts';
import type { Perform } from './perform.ts';
import { measureOption } from './plan-command.ts';
import { batchSize, INPUTS_HELP, MODEL_HELP, withForce, withForm, withImages, withPacking } from './shared-options.ts';
import { byteSize, integer, names, numberFrom, valueRange } from './value-readers.ts';

/** Adds the verb to the program. */
export function addCompress(program: Command, perform: Perform): void {
  const command = program
    .command('compress')
    .summary('make the best packed file of a size, or for a loss')
    .description(
      'Packs a model into one file: of a limited size, with a limited loss that is measured on unlabelled inputs, or by one method. For a size or a loss it divides the bytes among the weights so that the total error is small. It needs no training and no labels; a few unlabelled inputs lower the error, or noise in their place.',
    )
    .argument('<model>', MODEL_HELP)
    .option('--max-bytes <size>', 'most bytes of the file', byteSize)
    .option('--max-drop <percent>', 'largest measured loss, in percent; needs --inputs', numberFrom(0, 100))
    .addOption(measureOption())
    .option('--method <name[:key=value,…]>', 'one method for all weights, such as uniform:bits=4', methodValue)
    .requiredOption('--out <file>', 'the file to write, such as small.gcm')
    .option('--inputs <path>', `unlabelled ${INPUTS_HELP}`)
    .option('--noise <from..to>', 'noise of this range of values in the place of inputs, such as 0..1', valueRange)
    .option(
      '--gains-at <places>',
      'where errors count: outputs, logits (before a final softmax), or layers such as dense_2,outputs; needs --inputs or --noise (default: logits)',
      names,
    )
    .option(
      '--sequential',
      'compress one weight after the other, each for its inputs in the small model; needs --inputs or --noise',
    )
    .option(
      '--distill <steps>',
      'train the small layers model for so many steps on the outputs of the original; needs --inputs',
      integer(1, 10_000_000),
    )
    .addOption(batchSize())
    .addOption(new Option('--backend <name>', 'backend that runs the calibration').choices(BACKENDS).default('wasm'))
    .addOption(
      new Option('--kernels <name>', 'loops that compress: WebAssembly where it runs, or plain JavaScript')
        .choices(KERNELS)
        .default('wasm'),
    );
  withForm(withForce(withPacking(withCandidates(withImages(command)))))
    .addHelpText(
      'after',
      `
Examples:
  gcompress compress model/ --max-bytes 1MB --out small.gcm
  gcompress compress model/ --max-bytes 1MB --out small.gcm --inputs images.npy
  gcompress compress model/ --max-bytes 1MB --out small.gcm --inputs photos/ --preprocess -1..1
  gcompress compress model/ --max-bytes 1MB --out small.gcm --noise 0..1 --sequential
  gcompress compress model/ --max-bytes 1MB --out small.gcm --inputs images.npy --distill 300
  gcompress compress model/ --max-drop 0.5 --out small.gcm --inputs images.npy
  gcompress compress model/ --method kmeans:levels=16 --out small.gcm`,
    )
    .action((model: string, options) =>
      perform(async (surroundings) =>
        options.maxDrop === undefined
          ? (await import('../verbs/compress.ts')).compress(model, options, surroundings)
          : (await import('../verbs/compress-to-drop.ts')).compressToDrop(model, options, surroundings),
      ),
    );
}
