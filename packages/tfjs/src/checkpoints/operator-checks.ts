// Checks that the stored state of an operator fits the operator of the training.
import { type Factor, isGCompressError } from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { TfCompressionOp } from '../training/compression-op.ts';
import { damaged } from './checkpoint-tensors.ts';

/** The largest difference between the stored alpha and the schedule's, for devices that round to half precision. */
const TOLERANCE = 1e-3;

/**
 * Checks that a checkpoint holds a valid state of an operator: valid counts of steps and updates, the alpha that its schedule gives
 * after them, and factors whose indices are in range.
 *
 * @param restored the value that the checkpoint holds for a variable.
 * @throws GCompressError `file-tensor`.
 */
export async function assertOperatorState(
  op: TfCompressionOp,
  restored: (of: Variable) => Tensor | undefined,
): Promise<void> {
  const { factors, alpha, state } = op.variables;
  const [counts, weight] = [restored(state), restored(alpha)];
  if (!counts || !weight) return;
  const [updates, lastUpdateStep, steps] = await counts.data();
  const possible = updates >= 0 && steps >= 0 && (updates === 0 ? lastUpdateStep === -1 : lastUpdateStep >= 0);
  if (!possible) {
    throw damaged(
      `valid numbers of updates, of the last update's step and of steps for '${op.name}'`,
      `${updates}, ${lastUpdateStep} and ${steps}`,
    );
  }
  const stored = (await weight.data())[0];
  const due = op.schedule.alpha({ updates, lastUpdateStep });
  if (!(Math.abs(stored - due) <= TOLERANCE)) {
    throw damaged(`alpha ${due} for '${op.name}', as its schedule gives after ${updates} updates`, `${stored}`);
  }
  await assertIndices(op, factors, restored);
}

/** Checks by decompressing that no index is out of range. Only int32 factors can fail; the program itself gave the size of the matrix. */
async function assertIndices(
  op: TfCompressionOp,
  factors: Readonly<Record<string, Variable>>,
  restored: (of: Variable) => Tensor | undefined,
): Promise<void> {
  const entries = Object.entries(factors).map(([name, variable]) => [name, variable, restored(variable)] as const);
  if (!entries.some(([, { dtype }]) => dtype === 'int32') || entries.some(([, , value]) => !value)) return;
  const read = await Promise.all(
    entries.map(async ([name, { shape, dtype, trainable }, value]) => {
      return [name, { shape, dtype, trainable, data: await value?.data() } as Factor] as const;
    }),
  );
  try {
    createCompressedMatrix(op.compressor.format, { ...op.form, factors: Object.fromEntries(read) }).decompress();
  } catch (cause) {
    if (isGCompressError(cause, 'file-oversized')) return;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw damaged(`factors of '${op.name}' that can be decompressed`, message.replace(/\.$/, ''), cause);
  }
}
