// The options of the command lines.
import { type Backend, backendOption, integer, UsageError, usageErrorFrom } from '@gcompress/example-program';
import { type CompressionHParams, parseHParams } from '@gcompress/graph-compression';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

/** Options of `train`. */
export interface TrainOptions {
  readonly dataDir: string;
  /** Folder of the checkpoints and of the stripped network. */
  readonly trainDir: string;
  /** Steps of the whole training, those before a resumption included. */
  readonly maxSteps: number;
  /** Pictures a step. */
  readonly batchSize: number;
  /** Undefined: nothing is compressed. */
  readonly compressionHparams?: CompressionHParams;
  /** Steps from one line of output to the next. */
  readonly logFrequency: number;
  /** Steps from one checkpoint to the next. */
  readonly checkpointFrequency: number;
  readonly seed: number;
  readonly backend?: Backend;
}

/** Options of `eval`. */
export interface EvalOptions {
  readonly dataDir: string;
  readonly checkpointDir: string;
  /** Folder of the results. */
  readonly evalDir: string;
  readonly evalData: 'test' | 'train_eval';
  /** Pictures that are evaluated, from the first on; all there are when this is more. */
  readonly numExamples: number;
  readonly evalIntervalSecs: number;
  readonly runOnce: boolean;
  /** What the checkpoint must have been trained with; undefined: whatever it says. */
  readonly compressionHparams?: CompressionHParams;
  readonly backend?: Backend;
}

/** What a command line asks for. */
export type Job =
  | { readonly command: 'train'; readonly options: TrainOptions }
  | { readonly command: 'eval'; readonly options: EvalOptions };

/**
 * The job of a command line without node and script. Flags are spelt as in the Python program. Help is printed here.
 *
 * @throws UsageError with one line that says what is wrong.
 */
export function parseJob(args: readonly string[]): Job {
  let job: Job | undefined;
  const program = commandNamed('cifar10').description(
    'Trains a convolutional network while two of its layers are compressed.',
  );
  program.addCommand(
    trainCommand().action((options) => {
      job = { command: 'train', options: inCamelCase(options) as unknown as TrainOptions };
    }),
  );
  program.addCommand(
    evalCommand().action((options) => {
      job = { command: 'eval', options: inCamelCase(options) as unknown as EvalOptions };
    }),
  );
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    // What commander says when there is no command at all is the whole help
    if (error instanceof CommanderError && error.code === 'commander.help') {
      throw new UsageError('error: give a command: train or eval', 2);
    }
    throw usageErrorFrom(error);
  }
  return job as unknown as Job;
}

function trainCommand(): Command {
  return commandNamed('train')
    .description('Trains, from the last checkpoint on if there is one; strips the network once alpha is 0.')
    .addOption(dataDir())
    .option('--train_dir <folder>', 'where checkpoints and the result are written', 'output/train')
    .option('--max_steps <integer>', 'steps of the whole training', integer(1, 2 ** 31 - 1), 1_000_000)
    .option('--batch_size <integer>', 'pictures a step', integer(1, 10_000), 128)
    .addOption(
      compressionOption(
        "the Python library's hyperparameters, such as name=cifar10_compression,rank=200; left out: no compression",
      ),
    )
    .option('--log_frequency <integer>', 'steps between two lines of output', integer(1, 2 ** 31 - 1), 10)
    .option('--checkpoint_frequency <integer>', 'steps between two checkpoints', integer(1, 2 ** 31 - 1), 1000)
    .option('--seed <integer>', 'seed of weights, order and distortions', integer(0, 0xffff), 1)
    .addOption(backendOption())
    .addOption(
      unsupported(
        '--log_device_placement [true|false]',
        'TensorFlow.js runs on one device; the first line of output names it',
      ),
    );
}

function evalCommand(): Command {
  return commandNamed('eval')
    .description(
      'Evaluates the moving averages of the newest checkpoint, again and again while a training writes them.',
    )
    .addOption(dataDir())
    .option('--checkpoint_dir <folder>', 'the --train_dir of the training', 'output/train')
    .option('--eval_dir <folder>', 'where the results are written', 'output/eval')
    .addOption(new Option('--eval_data <part>', 'which pictures').choices(['test', 'train_eval']).default('test'))
    .option('--num_examples <integer>', 'pictures that are evaluated', integer(1, 1_000_000), 10_000)
    .option('--eval_interval_secs <integer>', 'seconds between two evaluations', integer(1, 86_400), 300)
    .option('--run_once [true|false]', 'evaluate once and end', flag, false)
    .addOption(
      compressionOption('compression that the checkpoint must have been trained with; left out: whatever it says'),
    )
    .addOption(backendOption())
    .addOption(unsupported('--global_step [integer]', 'the step is read from the checkpoint'));
}

function commandNamed(name: string): Command {
  return new Command(name)
    .allowExcessArguments(false)
    .configureOutput({ writeErr: () => {} })
    .exitOverride();
}

const dataDir = () =>
  new Option('--data_dir <folder>', "CIFAR-10's binary batches, or IDX files such as those of MNIST").default('data');

const compressionOption = (description: string) =>
  new Option('--compression_hparams <text>', description).argParser(hparams);

/** A flag of the Python program that has no meaning here: refused with the reason, instead of as unknown. */
function unsupported(flags: string, reason: string): Option {
  return new Option(flags, `not supported: ${reason}`)
    .hideHelp()
    .preset('true')
    .argParser(() => {
      throw new InvalidArgumentError(`This flag of the Python program is not supported: ${reason}.`);
    });
}

/** A flag as absl reads it: alone, or with a word for true or false. */
function flag(text: string): boolean {
  const word = text.toLowerCase();
  if (['true', 't', '1'].includes(word)) return true;
  if (['false', 'f', '0'].includes(word)) return false;
  throw new InvalidArgumentError('Give true or false, or the flag alone.');
}

function hparams(text: string): CompressionHParams {
  try {
    return parseHParams(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function inCamelCase(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const camelCase = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [camelCase(name), value]));
}
