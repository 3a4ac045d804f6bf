// Pruning as the hyperparameters of the reference describe it.
import { assertType, type CompressionHParams } from '@gcompress/core';
import type { PruningOptions } from './options.ts';
import { type PruningSteps, type SparsitySchedule, sparsityAt, sparsityUpdateDue } from './sparsity.ts';

/**
 * The options of pruning that these hyperparameters mean: how sparsity grows, and blocks unless they are single entries.
 *
 * @throws GCompressError as {@link pruningScheduleFromHParams} does.
 */
export function pruningFromHParams(hparams: CompressionHParams): PruningOptions {
  const { blockHeight, blockWidth, blockPoolingFunction } = hparams;
  const { sparsity, steps } = pruningScheduleFromHParams(hparams);
  const pooling = blockPoolingFunction === 'MAX' ? 'max' : 'average';
  const single = blockHeight === 1 && blockWidth === 1;
  const structure = single ? 'entries' : ({ blockHeight, blockWidth, pooling } as const);
  return { sparsity: { ...sparsity, steps }, structure, allowLarger: true };
}

/**
 * The schedule that these hyperparameters mean: `sparsity` for `sparsityAt`, `steps` for `sparsityUpdateDue`.
 *
 * @throws GCompressError `invalid-option` when it ends before it begins, or a sparsity is 1.
 */
export function pruningScheduleFromHParams(hparams: CompressionHParams): {
  readonly sparsity: Required<SparsitySchedule>;
  readonly steps: Required<PruningSteps>;
} {
  assertType('pruningScheduleFromHParams', 'hparams', hparams, 'object', 'Give what parseHParams returns.');
  const sparsity = {
    initial: hparams.initialSparsity,
    target: hparams.targetSparsity,
    begin: hparams.sparsityFunctionBeginStep,
    end: hparams.sparsityFunctionEndStep,
    exponent: hparams.sparsityFunctionExponent,
  };
  const steps = {
    begin: hparams.beginPruningStep,
    end: hparams.endPruningStep,
    frequency: hparams.pruningFrequency,
  };
  // Both refuse anything but a schedule
  sparsityAt(0, sparsity);
  sparsityUpdateDue(0, steps);
  return { sparsity, steps };
}
