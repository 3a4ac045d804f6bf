// Parses the command-line options of the example.
import { type Backend, backendOption, integer, usageErrorFrom } from '@gcompress/example-program';
import { Command } from 'commander';

/** The options of a run. */
export interface Options {
  /** Most bytes of the whole file. */
  readonly bytes: number;
  /** Epochs of the dense network, and of its compression. */
  readonly denseEpochs: number;
  readonly epochs: number;
  /** Training images, from the first on. */
  readonly images: number;
  readonly seed: number;
  readonly backend?: Backend;
  /** Path of the output file. */
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
  const command = new Command('record')
    .description('Trains a 784-300-100-10 network on MNIST digits to the size of a file.')
    .option('--bytes <integer>', 'bytes of the whole file at most', integer(500, 200_000), 11_000)
    .option('--dense-epochs <integer>', 'epochs before the compression', integer(1, 1000), 12)
    .option('--epochs <integer>', 'epochs of the compression', integer(1, 1000), 40)
    .option('--images <integer>', 'training images', integer(1000, 55_000), 55_000)
    .option('--seed <integer>', 'seed of weights and order', integer(0, 0xffff), 1)
    .addOption(backendOption())
    .option('--output <file>', 'the file that is written', 'record.gcm')
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
