// What compressors have seen of a training, as tensors of a checkpoint.
import { GCompressError, type Matrix } from '@gcompress/core';
import type { TrainingHistory } from '@gcompress/core/hosts';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import type { TfCompressionOp } from '../training/compression-op.ts';
import { damaged, type TensorSpec } from './checkpoint-tensors.ts';

/** For each compressor with a history, in the order of the operators, the names of its matrices. */
export type HistoryNames = readonly (readonly string[])[];

/** The histories of these operators: their names for the header, and the matrices as new tensors, which the caller disposes. */
export function historyTensors(operators: readonly TfCompressionOp[]): {
  readonly names: HistoryNames;
  readonly tensors: { readonly name: string; readonly tensor: Tensor }[];
} {
  const all = watched(operators).map(({ history }) => Object.entries(history.saved()));
  return {
    names: all.map((matrices) => matrices.map(([name]) => name)),
    tensors: all.flatMap((matrices, at) =>
      matrices.map(([name, { shape, data }]) => ({ name: tensorName(at, name), tensor: tensor2d(data, [...shape]) })),
    ),
  };
}

/** Names of all tensors of histories in a checkpoint. */
export function historyTensorNames(names: HistoryNames): string[] {
  return names.flatMap((own, at) => own.map((name) => tensorName(at, name)));
}

/**
 * Checks that the histories of a checkpoint can be those of these operators.
 *
 * @throws GCompressError `shape-mismatch` when a compressor has a history and the checkpoint none, or the other way round; `file-tensor`
 * for tensors in another form than the matrices.
 */
export function assertHistories(
  operators: readonly TfCompressionOp[],
  names: HistoryNames,
  specs: readonly TensorSpec[],
): void {
  const ours = watched(operators);
  if (ours.length !== names.length) {
    throw new GCompressError('shape-mismatch', {
      where: 'checkpoint, histories of compressors',
      expected: `${ours.length}`,
      actual: `${names.length}`,
      hint:
        'What compressors have seen of the training, such as gradientImportance, must be saved and be given when the training goes on; ' +
        'nothing was changed.',
    });
  }
  for (const [at, { shape }] of ours.entries()) {
    for (const name of names[at]) {
      const spec = specs.find((each) => each.name === tensorName(at, name) && each.slot);
      if (spec?.dtype === 'float32' && String(spec.shape) === String(shape)) continue;
      throw damaged(
        `float32 [${shape.join(', ')}] for the history '${name.slice(0, 60)}'`,
        spec ? `${spec.dtype} [${spec.shape.slice(0, 8).join(', ')}]` : 'none',
      );
    }
  }
}

/**
 * Restores the histories, all or none.
 *
 * @throws GCompressError `file-tensor` for what a compressor refuses.
 */
export async function restoreHistories(
  operators: readonly TfCompressionOp[],
  names: HistoryNames,
  tensorOf: (name: string) => Tensor,
): Promise<void> {
  const restored: { history: TrainingHistory; saved: Record<string, Matrix> }[] = [];
  for (const [at, { history, shape }] of watched(operators).entries()) {
    const saved: [string, Matrix][] = [];
    for (const name of names[at]) {
      saved.push([name, { shape, data: Float32Array.from(await tensorOf(tensorName(at, name)).data()) }]);
    }
    restored.push({ history, saved: Object.fromEntries(saved) });
  }
  const before = restored.map(({ history }) => ({ history, saved: history.saved() }));
  try {
    for (const { history, saved } of restored) history.restore(saved);
  } catch (cause) {
    for (const { history, saved } of before) history.restore(saved);
    throw damaged('histories of these compressors', cause instanceof Error ? cause.message : 'others', cause);
  }
}

function watched(operators: readonly TfCompressionOp[]): { history: TrainingHistory; shape: Matrix['shape'] }[] {
  return operators.flatMap(({ compressor: { history }, form: { shape } }) => (history ? [{ history, shape }] : []));
}

function tensorName(at: number, name: string): string {
  return `gcompress/history/${at}/${name}`;
}
