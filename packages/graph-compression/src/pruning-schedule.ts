// The pruning schedule that hyperparameters describe.
import { assertType } from '@gcompress/core/checks';
import type { CompressionHParams } from './hparams/hparams.ts';

/** How sparsity grows over a training: arguments for `sparsityAt` and `sparsityUpdateDue` of `@gcompress/pruning`. */
export interface PruningSchedule {
  readonly sparsity: {
    readonly initial: number;
    readonly target: number;
    readonly begin: number;
    readonly end: number;
    readonly exponent: number;
  };
  readonly steps: { readonly begin: number; readonly end: number; readonly frequency: number };
}

/**
 * The pruning schedule that hyperparameters describe. The functions of `@gcompress/pruning` check its numbers.
 *
 * Porting note: `pruning.Pruning._setup_sparsity` and `conditional_mask_update_op`.
 *
 * @throws GCompressError `invalid-option` when `hparams` is not an object.
 */
export function pruningScheduleFromHParams(hparams: CompressionHParams): PruningSchedule {
  assertType('pruningScheduleFromHParams', 'hparams', hparams, 'object', 'Pass the result of parseHParams.');
  return {
    sparsity: {
      initial: hparams.initialSparsity,
      target: hparams.targetSparsity,
      begin: hparams.sparsityFunctionBeginStep,
      end: hparams.sparsityFunctionEndStep,
      exponent: hparams.sparsityFunctionExponent,
    },
    steps: {
      begin: hparams.beginPruningStep,
      end: hparams.endPruningStep,
      frequency: hparams.pruningFrequency,
    },
  };
}
