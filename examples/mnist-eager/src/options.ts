// The options of the command line.
import { above, type Backend, backendOption, integer, usageErrorFrom } from '@gcompress/example-program';
import { type CompressionHParams, parseHParams } from '@gcompress/graph-compression';
import { Command, InvalidArgumentError } from 'commander';

/** What the command line says. */
export interface Options {
  readonly useLeNet: boolean;
  readonly hidden: number;
  readonly epochs: number;
  /** Pictures a step. */
  readonly batchSize: number;
  readonly learningRate: number;
  readonly hparams: CompressionHParams;
  /** Pictures to train with, from the first on. */
  readonly images: number;
  readonly testImages: number;
  readonly seed: number;
  readonly backend?: Backend;
}

/** At each step alpha falls by 0.01, from the first on, as the eager operator of the reference does it. */
const TWO_LAYERS = 'compression_option=1,rank=200,compression_frequency=1,alpha_decrement_value=0.01';
const LENET = 'compression_option=9,rank=2,input_block_size=20,input_compression_factor=2';

/**
 * The options of a command line without node and script. Help is printed here.
 *
 * @throws UsageError with one line that says what is wrong.
 */
export function parseOptions(args: readonly string[]): Options {
  const command = new Command('mnist-eager')
    .description('Trains compressed layers on MNIST in a loop of its own.')
    .option('--use_lennet', 'LeNet-5 instead of two layers', false)
    .option('--hidden <integer>', 'units between the two layers', integer(1, 10_000), 50)
    .option('--epochs <integer>', 'times that all pictures are seen', integer(1, 1000), 10)
    .option('--batch_size <integer>', 'pictures a step', integer(1, 10_000), 64)
    .option('--learning_rate <number>', 'of gradient descent', above(0), 0.001)
    .option(
      '--compression_hparams <text>',
      `the Python library's hyperparameters (default: ${TWO_LAYERS}; for LeNet-5 ${LENET})`,
      hparams,
    )
    .option('--images <integer>', 'pictures to train with', integer(1, 60_000), 60_000)
    .option('--test_images <integer>', 'pictures to test with', integer(1, 10_000), 10_000)
    .option('--seed <integer>', 'seed of weights and order', integer(0, 0xffff), 1)
    .addOption(backendOption())
    .allowExcessArguments(false)
    .configureOutput({ writeErr: () => {} })
    .exitOverride();
  try {
    command.parse(args, { from: 'user' });
    const { use_lennet: useLeNet, batch_size: batchSize, images, ...given } = command.opts();
    if (batchSize > images) command.error(`error: --batch_size ${batchSize} is more than the ${images} --images`);
    return {
      useLeNet,
      batchSize,
      images,
      hidden: given.hidden,
      epochs: given.epochs,
      learningRate: given.learning_rate,
      hparams: given.compression_hparams ?? parseHParams(useLeNet ? LENET : TWO_LAYERS),
      testImages: given.test_images,
      seed: given.seed,
      ...(given.backend && { backend: given.backend }),
    };
  } catch (error) {
    throw usageErrorFrom(error);
  }
}

function hparams(text: string): CompressionHParams {
  try {
    return parseHParams(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
