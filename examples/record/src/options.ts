// Parses the command-line options of the example.
import { type Backend, backendOption, integer, usageErrorFrom } from '@gcompress/example-program';
import { Command, InvalidArgumentError, Option } from 'commander';
import { NETWORK_NAMES, NETWORKS, type NetworkName } from './networks.ts';

const ALLOCATIONS = ['shares', 'price', 'sensitivity', 'lamp', 'uniform'] as const;

/** The options of a run. */
export interface Options {
  readonly network: NetworkName;
  /** Most bytes of the whole file; one training for each. */
  readonly bytes: readonly number[];
  /** Epochs of the dense network, and of its compression. */
  readonly denseEpochs: number;
  readonly epochs: number;
  /** Train the dense network for the epochs of the compression as well, to compare with. */
  readonly longDense: boolean;
  /** How the bytes are divided among the layers; `'shares'`: by the shares of the network. */
  readonly allocation: (typeof ALLOCATIONS)[number];
  /** Pixels by which training images are shifted at most, anew in each epoch. */
  readonly shift: number;
  /** Training images, from the first on. */
  readonly images: number;
  readonly seed: number;
  readonly backend?: Backend;
  /** Path of the output file; with several sizes, the number of bytes is added to its name. */
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
    .description('Trains a network on MNIST digits to the size of a file.')
    .addOption(new Option('--network <name>', 'the network').choices(NETWORK_NAMES).default(NETWORK_NAMES[0]))
    .option('--bytes <integers>', 'bytes of the whole file at most; several sizes with commas', sizes)
    .option('--dense-epochs <integer>', 'epochs before the compression', integer(1, 1000))
    .option('--epochs <integer>', 'epochs of the compression', integer(1, 1000))
    .option('--long-dense', 'train the dense network for all epochs as well, to compare with', false)
    .addOption(new Option('--allocation <name>', 'how bytes are divided').choices(ALLOCATIONS).default('shares'))
    .option('--shift <integer>', 'pixels by which images are shifted at most', integer(0, 5))
    .option('--images <integer>', 'training images', integer(1000, 55_000), 55_000)
    .option('--seed <integer>', 'seed of weights and order', integer(0, 0xffff), 1)
    .addOption(backendOption())
    .option('--output <file>', 'the file that is written', 'record.gcm')
    .option('--json', 'print the results as JSON', false)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  try {
    const given = command.parse([...args], { from: 'user' }).opts<Partial<Options> & Pick<Options, 'network'>>();
    const { bytes, denseEpochs, epochs, shift } = NETWORKS[given.network];
    return { bytes: [bytes[0]], denseEpochs, epochs, shift, ...given } as Options;
  } catch (error) {
    throw usageErrorFrom(error);
  }
}

/** The file for a size. */
export function fileOf({ bytes, output }: Options, size: number): string {
  return bytes.length === 1 ? output : output.replace(/(\.[^./]*)?$/, `-${size}$1`);
}

function sizes(text: string): number[] {
  const read = integer(500, 500_000);
  const list = text.split(',').map(read);
  if (new Set(list).size === list.length) return list;
  throw new InvalidArgumentError('Give each size once.');
}
