// Checks that stored operators fit those of the training.
import { type Factor, isGCompressError } from '@gcompress/core';
import { createCompressedMatrix } from '@gcompress/core/hosts';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { TfCompressionOp } from '../training/compression-op.ts';
import { damaged } from './checkpoint-tensors.ts';

/** How far the stored alpha may be from that of the schedule: what a device with half precision rounds. */
const TOLERANCE = 1e-3;

/**
 * Checks that what a checkpoint has for an operator can be a state of it: counts of steps and updates, an alpha that its schedule
 * has after them, and factors whose indices lead somewhere.
 *
 * @param restored what the checkpoint has for a variable.
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
      `updates, the step of the last one and steps of '${op.name}'`,
      `${updates}, ${lastUpdateStep} and ${steps}`,
    );
  }
  const stored = (await weight.data())[0];
  const due = op.schedule.alpha({ updates, lastUpdateStep });
  if (!(Math.abs(stored - due) <= TOLERANCE)) {
    throw damaged(`alpha ${due} of '${op.name}', by its schedule after ${updates} updates`, `${stored}`);
  }
  await assertIndices(op, factors, restored);
}

/** Only factors of integers can lead outside; the matrix they stand for has the size that the program gave it. */
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
    throw damaged(`factors of '${op.name}' that stand for a matrix`, message.replace(/\.$/, ''), cause);
  }
}
