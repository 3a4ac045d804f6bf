// The options of the command line.
import { above, type Backend, backendOption, integer, usageErrorFrom } from '@gcompress/example-program';
import { Command, Option } from 'commander';

export const METHODS = ['lowrank', 'kmeans', 'simhash', 'dictlearn'] as const;
export const SCHEDULES = ['linear', 'cosine', 'polynomial', 'exponential', 'stepwise'] as const;

/** What the command line says. */
export interface Options {
  readonly method: (typeof METHODS)[number];
  /** How many times smaller the compressed layers are to be. */
  readonly ratio: number;
  /** Low rank only: the rank of the first layer, instead of the ratio. */
  readonly rank?: number;
  /** How alpha falls; left out, as fits the method. */
  readonly schedule?: (typeof SCHEDULES)[number];
  /** All epochs; the second half is trained compressed. */
  readonly epochs: number;
  /** Training images, from the first on. */
  readonly images: number;
  readonly seed: number;
  /** How often each saved model is timed; the result is the median. */
  readonly timedRuns: number;
  readonly backend?: Backend;
  /** Folder that the models are written to. */
  readonly output: string;
  /** Print the results as JSON, and nothing else, to the standard output. */
  readonly json: boolean;
}

/**
 * The options of a command line without node and script. Help is printed here.
 *
 * @throws UsageError with one line that says what is wrong.
 */
export function parseOptions(args: readonly string[]): Options {
  const command = new Command('mnist')
    .description('Trains a 784-300-100-10 network on MNIST digits, compresses it while it trains, and compares.')
    .addOption(new Option('--method <name>', 'method of compression').choices(METHODS).default('lowrank'))
    .option('--ratio <number>', 'how many times smaller the compressed layers become', above(1), 8)
    .option('--rank <integer>', 'low rank only: rank of every compressed layer, instead of the ratio', integer(1, 100))
    .addOption(new Option('--schedule <name>', 'how alpha falls (default: as fits the method)').choices(SCHEDULES))
    .option('--epochs <integer>', 'all epochs; the second half trains compressed', integer(2, 1000), 6)
    .option('--images <integer>', 'training images', integer(100, 60_000), 60_000)
    .option('--seed <integer>', 'seed of weights and order', integer(0, 0xffff), 1)
    .option('--timed-runs <integer>', 'timed predictions of each model; their median is shown', integer(1, 10_000), 201)
    .addOption(backendOption())
    .option('--output <folder>', 'where the models are written', 'output')
    .option('--json', 'print the results as JSON', false)
    .allowExcessArguments(false)
    .configureOutput({ writeErr: () => {} })
    .exitOverride();
  try {
    command.parse(args, { from: 'user' });
    const options = command.opts<Options>();
    if (options.rank !== undefined && options.method !== 'lowrank') {
      command.error("error: option '--rank' is for --method lowrank only; use --ratio");
    }
    return options;
  } catch (error) {
    throw usageErrorFrom(error);
  }
}
