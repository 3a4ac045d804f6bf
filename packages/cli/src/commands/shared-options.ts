// Options that several verbs share.
import { type Command, Option } from 'commander';
import { PREPROCESSING } from '../images/preprocessing.ts';
import { BACKENDS } from '../models/backend-names.ts';
import { METHOD_NAMES } from '../models/methods.ts';
import { byteSize, integer, jsonObject, numberAbove, numberFrom } from './value-readers.ts';

/** Description of the argument MODEL. */
export const MODEL_HELP =
  'a folder, a model.json, a packed file (.gcm), their address, or npm:PACKAGE[@VERSION][/PATH]';

/** Description of `--inputs`. */
export const INPUTS_HELP =
  'inputs with their batch axis: .npy, .npz (one array an input), .json, or a module (.mjs) that yields batches; or a folder of PNG and JPEG images';

/** Adds the options that choose a method and its size. */
export function withMethod(command: Command): Command {
  return command
    .addOption(new Option('--method <name>', 'method that compresses (default: uniform)').choices(METHOD_NAMES))
    .option('--bits <number>', 'bits for each value (uniform: 5 by default, fractions too)', numberAbove(0))
    .option('--ratio <number>', 'how many times smaller each weight gets', numberAbove(1))
    .option('--levels <integer>', 'levels of a codebook (kmeans, pruned-kmeans)', integer(1, 65_536))
    .option('--rank <integer>', 'rank of the factors (lowrank)', integer(1, 1_000_000))
    .option('--sparsity <part>', 'part of the values that becomes zero (pruned, pruned-kmeans)', numberAbove(0, 1))
    .option('--options <json>', 'any other options of the method, as JSON', jsonObject);
}

/** Adds the options for the form of the output. */
export function withForm(command: Command): Command {
  return command
    .addOption(new Option('--json', 'print JSON, with exact numbers').conflicts('markdown'))
    .addOption(new Option('--markdown', 'print a table in GitHub-flavoured Markdown'));
}

/** Adds the options for a model's inputs and backend. */
export function withInputs(command: Command): Command {
  return withImages(command.option('--inputs <path>', INPUTS_HELP))
    .option('--seed <integer>', 'seed of the inputs that are drawn where none are given', integer(0, 2 ** 32 - 1), 1)
    .addOption(new Option('--backend <name>', 'backend that runs the model').choices(BACKENDS).default('wasm'));
}

/** Adds the options for images as inputs, and for models with classes of their own. */
export function withImages(command: Command): Command {
  return command
    .addOption(
      new Option('--preprocess <name>', 'how the values of images become inputs; images need it').choices(
        PREPROCESSING,
      ),
    )
    .option('--image-size <pixels>', 'sides of images, for models that take any size', integer(1, 16_384))
    .option('--max-unreadable <part>', 'largest part of unreadable images (default: 0.1)', numberFrom(0, 1))
    .addOption(registerOption());
}

/** The option `--register`. */
export function registerOption(): Option {
  return new Option('--register <module>', 'a module that registers classes of layers of your own');
}

/** Adds the options for the weights of a packed file that do not depend on the method. */
export function withWeights(command: Command): Command {
  return command
    .addOption(
      new Option('--rest <type>', 'type of the weights that are not compressed (default: float16)').choices([
        'float32',
        'float16',
        'uint8',
      ]),
    )
    .option('--min-elements <integer>', 'values that a weight must have to be compressed', integer(0, 1e9));
}

/** Adds the options of a packed file that do not depend on the method. */
export function withPacking(command: Command): Command {
  return withWeights(command).option(
    '--max-file-bytes <size>',
    'split the file into several of at most this size',
    byteSize,
  );
}

/** Adds the option that replaces an existing output. */
export function withForce(command: Command): Command {
  return command.option('--force', 'replace an output that is there already');
}

/** The option `--batch-size`. */
export function batchSize(): Option {
  return new Option('--batch-size <integer>', 'examples that run at a time').argParser(integer(1, 65_536)).default(32);
}
