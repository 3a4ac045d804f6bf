// Parses the command-line options of the example.
import { type Backend, backendOption, integer, usageErrorFrom } from '@gcompress/example-program';
import { Command } from 'commander';

/** The options of a run. */
export interface Options {
  /** Most bytes of the small files. */
  readonly bytes: number;
  /** Labelled images and epochs that train the network. */
  readonly images: number;
  /** Units of the first hidden layer. */
  readonly units: number;
  readonly epochs: number;
  /** Unlabelled images for the statistics, and for the distillation. */
  readonly samples: number;
  readonly unlabelled: number;
  /** Steps of the distillation. */
  readonly steps: number;
  readonly seed: number;
  readonly backend?: Backend;
  /** Folder for the files. */
  readonly output: string;
  /** Print the results as JSON, and nothing else, to the standard output. */
  readonly json: boolean;
}

/**
 * The options of a command line without node and script. Help is printed here.
 *
 * @throws UsageError with the mistake in one line.
 */
export function parseOptions(args: readonly string[]): Options {
  const command = new Command('trained-model')
    .description('Compresses a trained 784-300-100-10 network for MNIST digits to the size of a file.')
    .option('--bytes <integer>', 'bytes of the small files at most', integer(20_000, 500_000), 25_000)
    .option('--images <integer>', 'labelled images that train the network', integer(1000, 60_000), 50_000)
    .option('--units <integer>', 'units of the first hidden layer', integer(16, 300), 300)
    .option('--epochs <integer>', 'epochs of this training', integer(1, 100), 5)
    .option('--samples <integer>', 'unlabelled images for the statistics', integer(16, 10_000), 512)
    .option('--unlabelled <integer>', 'unlabelled images for the distillation', integer(64, 60_000), 10_000)
    .option('--steps <integer>', 'steps of the distillation', integer(1, 100_000), 600)
    .option('--seed <integer>', 'seed of weights and order', integer(0, 0xffff), 1)
    .addOption(backendOption())
    .option('--output <folder>', 'folder for the files', 'trained-model')
    .option('--json', 'print the results as JSON', false)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  try {
    return command.parse([...args], { from: 'user' }).opts<Options>();
  } catch (error) {
    throw usageErrorFrom(error);
  }
}
