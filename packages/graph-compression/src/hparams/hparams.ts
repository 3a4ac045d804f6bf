// The hyperparameters of the Python library: their names, defaults and checks, and the text form.
import { GCompressError } from '@gcompress/core';
import { assertType } from '@gcompress/core/checks';
import { booleanField, type Choice, choiceField, numberField, type Refusal, textField, wordField } from './fields.ts';
import { formatValues, type HParamsSchema, parseValues } from './schema.ts';

/** Who runs the updates that lower alpha. Porting note: `UpdateOptions`; `TF_AND_PYTHON_UPDATE` (2) is refused. */
export type UpdateOption = 'callback' | 'manual' | 'none';

/** How the reference multiplies by a block-diagonal matrix: block by block, or as a dense matrix with a mask. */
export type BlockMethod = 'loop' | 'mask';

/** How pruning scores a block: by the average of its magnitudes, or the largest. */
export type BlockPoolingFunction = 'AVG' | 'MAX';

/**
 * The hyperparameters of the reference, in camelCase.
 *
 * Porting note: `compression_op.CompressionOp.get_default_hparams()`, and from `compressInput` on the additional hyperparameters of
 * `InputOutputCompressionOp`, `BlockCompressionOp`, `MixedBlockCompressionOp` and pruning.
 */
export interface CompressionHParams {
  /** Name for scopes and summaries. Default `'model_compression'`. */
  readonly name: string;
  /** How much alpha falls at each update, in (0, 1]. Default 0.01. */
  readonly alphaDecrementValue: number;
  /** First step at which an update may happen. Default 0. */
  readonly beginCompressionStep: number;
  /** Last step at which an update may happen, inclusive; −1 for no end. Default −1. */
  readonly endCompressionStep: number;
  /** Steps between two updates. Default 10. */
  readonly compressionFrequency: number;
  /** Name of the method, or `'none'`. Default `'lowrank'`. */
  readonly compressionOption: string;
  /** The percent divisor, not a rank: 200 keeps half of the smaller side. Default 100. */
  readonly rank: number;
  /** Who runs the updates. Default `'callback'`. */
  readonly updateOption: UpdateOption;
  /** Must be false. Default false. */
  readonly useTpu: boolean;
  /** Neighbouring values of a row that k-means quantises together. Default 1. */
  readonly blockSize: number;
  /** The part of the values, the smallest ones, that k-means first sets to zero, in [0, 1]. Default 0. */
  readonly pruningFraction: number;
  /** Whether input/output compression shortens the input. Default true. */
  readonly compressInput: boolean;
  /** Neighbouring inputs that input/output compression shortens together. Default 32. */
  readonly inputBlockSize: number;
  /** The number of inputs is divided by this. Default 1. */
  readonly inputCompressionFactor: number;
  /** Whether input/output compression shortens the output. Default false. */
  readonly compressOutput: boolean;
  /** Neighbouring outputs that input/output compression expands together. Default 1. */
  readonly outputBlockSize: number;
  /** The number of outputs that are computed before the expansion is divided by this. Default 1. */
  readonly outputCompressionFactor: number;
  /** Number of blocks on the diagonal of a block-diagonal matrix. Default 1. */
  readonly blockCompressionFactor: number;
  /** How the reference multiplies by a block-diagonal matrix; the result is the same. Default `'loop'`. */
  readonly blockMethod: BlockMethod;
  /** Number of blocks on each side of a mixed-block matrix. Default 1. */
  readonly compressionFactor: number;
  /** Number of mixing matrices of a mixed-block matrix; only their sum matters. Default 1. */
  readonly numBases: number;
  /** First step at which a pruning mask may be made. Default 0. */
  readonly beginPruningStep: number;
  /** Last step at which a pruning mask may be made, inclusive; −1 for no end. Default −1. */
  readonly endPruningStep: number;
  /** Steps between two pruning masks. Default 10. */
  readonly pruningFrequency: number;
  /** The initial part of the entries that is pruned, in [0, 1). Default 0. */
  readonly initialSparsity: number;
  /** The final part of the entries that is pruned, in [0, 1). Default 0.5. */
  readonly targetSparsity: number;
  /** Step at which sparsity begins to grow. Default 0. */
  readonly sparsityFunctionBeginStep: number;
  /** Step at which sparsity reaches its target. Default 100. */
  readonly sparsityFunctionEndStep: number;
  /** Exponent of the growth: 1 is a straight line; a larger exponent prunes more entries early. Default 3. */
  readonly sparsityFunctionExponent: number;
  /** Rows that are pruned together; −1 for all. Default 1. */
  readonly blockHeight: number;
  /** Columns that are pruned together; −1 for all. Default 1. */
  readonly blockWidth: number;
  /** How pruning scores a block. Default `'AVG'`. */
  readonly blockPoolingFunction: BlockPoolingFunction;
}

/** The defaults, frozen. Porting note: `rank` is 100, as documented; in the reference's code it is 7, 100 or 4, depending on the class. */
export const defaultHParams: CompressionHParams = /* @__PURE__ */ Object.freeze({
  name: 'model_compression',
  alphaDecrementValue: 0.01,
  beginCompressionStep: 0,
  endCompressionStep: -1,
  compressionFrequency: 10,
  compressionOption: 'lowrank',
  rank: 100,
  updateOption: 'callback',
  useTpu: false,
  blockSize: 1,
  pruningFraction: 0,
  compressInput: true,
  inputBlockSize: 32,
  inputCompressionFactor: 1,
  compressOutput: false,
  outputBlockSize: 1,
  outputCompressionFactor: 1,
  blockCompressionFactor: 1,
  blockMethod: 'loop',
  compressionFactor: 1,
  numBases: 1,
  beginPruningStep: 0,
  endPruningStep: -1,
  pruningFrequency: 10,
  initialSparsity: 0,
  targetSparsity: 0.5,
  sparsityFunctionBeginStep: 0,
  sparsityFunctionEndStep: 100,
  sparsityFunctionExponent: 3,
  blockHeight: 1,
  blockWidth: 1,
  blockPoolingFunction: 'AVG',
});

const METHODS: readonly Choice<string>[] = [
  { value: 'none', code: 0, alias: 'NO_MATRIX_COMPRESSION' },
  { value: 'lowrank', code: 1, alias: 'LOWRANK_MATRIX_COMPRESSION' },
  { value: 'simhash', code: 2, alias: 'SIMHASH_MATRIX_COMPRESSION' },
  { value: 'dictlearn', code: 3, alias: 'DL_MATRIX_COMPRESSION' },
  { value: 'kmeans', code: 4, alias: 'KMEANS_MATRIX_COMPRESSION' },
  { value: 'kmeans-pruning', code: 8, alias: 'KMEANS_AND_PRUNING_MATRIX_COMPRESSION' },
  { value: 'input-output', code: 9, alias: 'INPUTOUTPUT_COMPRESSION' },
  { value: 'block-diagonal', code: 10, alias: 'BLOCK_COMPRESSION' },
  { value: 'mixed-block', code: 12, alias: 'MIXED_BLOCK_COMPRESSION' },
];

const UPDATES: readonly Choice<UpdateOption>[] = [
  { value: 'callback', code: 0, alias: 'TF_UPDATE' },
  { value: 'manual', code: 1, alias: 'PYTHON_UPDATE' },
  { value: 'none', code: 3, alias: 'NO_UPDATE' },
];

const REFUSED_UPDATES: readonly Refusal[] = [
  {
    code: 2,
    alias: 'TF_AND_PYTHON_UPDATE',
    hint: 'Updates from two places would lower alpha twice; choose callback (0) or manual (1).',
  },
];

const schema = (): HParamsSchema<CompressionHParams> => ({
  name: textField(),
  alphaDecrementValue: numberField({ above: 0, max: 1 }),
  beginCompressionStep: numberField({ min: 0, integer: true }),
  endCompressionStep: numberField({ min: -1, integer: true }),
  compressionFrequency: numberField({ min: 1, integer: true }),
  compressionOption: choiceField(METHODS, [], isThirdPartyName),
  rank: numberField({ min: 1, integer: true }),
  updateOption: choiceField(UPDATES, REFUSED_UPDATES),
  useTpu: booleanField(),
  blockSize: numberField({ min: 1, integer: true }),
  pruningFraction: numberField({ min: 0, max: 1 }),
  compressInput: booleanField(),
  inputBlockSize: numberField({ min: 1, integer: true }),
  inputCompressionFactor: numberField({ min: 1, integer: true }),
  compressOutput: booleanField(),
  outputBlockSize: numberField({ min: 1, integer: true }),
  outputCompressionFactor: numberField({ min: 1, integer: true }),
  blockCompressionFactor: numberField({ min: 1, integer: true }),
  blockMethod: wordField(['loop', 'mask']),
  compressionFactor: numberField({ min: 1, integer: true }),
  numBases: numberField({ min: 1, integer: true }),
  beginPruningStep: numberField({ min: 0, integer: true }),
  endPruningStep: numberField({ min: -1, integer: true }),
  pruningFrequency: numberField({ min: 1, integer: true }),
  initialSparsity: numberField({ min: 0, max: 1 }),
  targetSparsity: numberField({ min: 0, max: 1 }),
  sparsityFunctionBeginStep: numberField({ min: 0, integer: true }),
  sparsityFunctionEndStep: numberField({ min: 0, integer: true }),
  sparsityFunctionExponent: numberField({ above: 0 }),
  blockHeight: numberField({ min: -1, integer: true }),
  blockWidth: numberField({ min: -1, integer: true }),
  blockPoolingFunction: wordField(['AVG', 'MAX']),
});

/**
 * Complete, frozen hyperparameters, from any of
 *
 * - the reference's text form, `'name=cifar10_compression,alpha_decrement_value=0.005,rank=200'`,
 * - JSON text, `'{"rank": 200}'`,
 * - an object, `{ rank: 200 }`.
 *
 * Keys may be spelt in camelCase or in snake_case. `compression_option` and `update_option` accept a name
 * (`lowrank`, `callback`), the reference's number (`1`, `0`) or its name (`LOWRANK_MATRIX_COMPRESSION`, `TF_UPDATE`).
 *
 * Porting note: `hparam.HParams.parse`, which cannot set these two options. An option that does not exist is an error here,
 * where the reference falls back to low rank.
 *
 * @param base values of hyperparameters that are not given. Default {@link defaultHParams}.
 * @throws GCompressError `unknown-option`, `duplicate-option` or `invalid-option`, naming the key.
 */
export function parseHParams(source: string | object, base: CompressionHParams = defaultHParams): CompressionHParams {
  assertType('parseHParams', 'base', base, 'object');
  const hparams = parseValues(schema(), source, base);
  const { beginCompressionStep: begin, endCompressionStep: end } = hparams;
  if (hparams.useTpu) {
    throw new GCompressError('invalid-option', {
      where: 'hparams use_tpu',
      expected: 'false',
      actual: 'true',
      hint: 'TensorFlow.js does not run on TPUs; leave use_tpu out.',
    });
  }
  if (end !== -1 && end < begin) {
    throw new GCompressError('invalid-option', {
      where: 'hparams end_compression_step',
      expected: `-1, or at least begin_compression_step = ${begin}`,
      actual: `${end}`,
    });
  }
  return hparams;
}

/**
 * The text form, which {@link parseHParams} reads back unchanged: all keys in snake_case, options by number.
 *
 * @throws GCompressError `invalid-option` for a name with a comma, a bracket or leading space; JSON can hold it.
 */
export function formatHParams(hparams: CompressionHParams): string {
  assertType('formatHParams', 'hparams', hparams, 'object', 'Parse text with parseHParams first.');
  return formatValues(schema(), hparams);
}

/** `acme/tensor-train`: the scope and name of a method outside the project. */
function isThirdPartyName(name: string): name is string {
  return /^@?[\w.-]+\/[\w.-]+$/.test(name);
}
