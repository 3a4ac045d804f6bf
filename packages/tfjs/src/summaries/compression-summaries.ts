// Summaries of one compression operator.
import { assertKnownOptions, assertType } from '@gcompress/core/checks';
import { norm, stack, tidy } from '@tensorflow/tfjs-core';
import type { TfCompressionOp } from '../training/compression-op.ts';
import { assertOperator } from './operator-argument.ts';
import type { Summary } from './summary.ts';

/** Options of {@link compressionSummaries}. */
export interface CompressionSummaryOptions {
  /** The hyperparameter `name`; tags begin with `<name>_summaries/`. Default `'model_compression'`. */
  readonly name?: string;
}

/** The reference library's names for the norms of factors: format → factor → suffix. Other factors are named `<factor>_norm`. */
const REFERENCE_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  lowrank: { b: 'b_matrix_norm', c: 'c_matrix_norm' },
  dictlearn: { codes: 'b_matrix_values_norm', atoms: 'c_matrix_norm' },
  kmeans: { codebook: 'b_matrix_norm' },
  'kmeans-pruning': { codebook: 'd_matrix_norm' },
  'input-output': { b: 'b_matrix_norm', c: 'c_matrix_norm', d: 'd_matrix_norm' },
  'block-diagonal': { blocks: 'c_matrix_norm' },
  'mixed-block': { blocks: 'block_matrices_norm', mixer: 'linear_mixer_norm' },
};

/**
 * The state of one operator as numbers, after its last step: `alpha`, `last_alpha_update_step` (−1 before the first update),
 * `a_matrix_norm`, a norm for each float32 factor, `compression_ratio` (bytes of the dense matrix divided by bytes of the factors if
 * written now), and after the first compression `relative_error`, the current `‖A − Ŵ‖ / ‖A‖`. All norms are Frobenius norms.
 *
 * Porting note: the summaries of `add_compression_summaries`, as `<name>_summaries/<operator>/<suffix>`. In Python each tag begins with
 * the name of its variable, such as `fc1/alpha/alpha`; here all tags of an operator begin with the operator's name. In Python the norm
 * of a codebook is an L1 norm, and the norm of codes is the sum of the indices; the latter is left out here. `b_matrix_indices_size`
 * never changes and is left out, too. The simhash of the reference has one matrix, ours has three factors. Python has no
 * `relative_error` and `compression_ratio`.
 *
 * @throws GCompressError `disposed`; `invalid-option` or `unknown-option`.
 */
export async function compressionSummaries(
  op: TfCompressionOp,
  options: CompressionSummaryOptions = {},
): Promise<Summary[]> {
  const where = 'compressionSummaries';
  assertOperator(where, op);
  assertKnownOptions(where, options, ['name']);
  const { name = 'model_compression' } = options;
  assertType(where, 'name', name, 'string');
  const { steps, updates, lastUpdateStep } = op.state;
  const values = {
    alpha: op.alpha,
    last_alpha_update_step: lastUpdateStep,
    ...(await norms(op)),
    compression_ratio: (op.variables.matrix.size * 4) / (await op.byteLength()),
    ...(updates > 0 && { relative_error: await op.relativeError() }),
  };
  const step = Math.max(0, steps - 1);
  return Object.entries(values).map(([suffix, value]) => ({
    tag: `${name}_summaries/${op.name}/${suffix}`,
    step,
    value,
  }));
}

async function norms({ compressor, variables: { matrix, factors } }: TfCompressionOp): Promise<Record<string, number>> {
  const names = REFERENCE_NAMES[compressor.format.id] ?? {};
  const floats = Object.entries(factors).filter(([, { dtype }]) => dtype === 'float32');
  const suffixes = ['a_matrix_norm', ...floats.map(([factor]) => names[factor] ?? `${factor}_norm`)];
  const all = tidy(() => stack([matrix, ...floats.map(([, factor]) => factor)].map((tensor) => norm(tensor))));
  try {
    const values = await all.data();
    return Object.fromEntries(suffixes.map((suffix, i) => [suffix, values[i]]));
  } finally {
    all.dispose();
  }
}
