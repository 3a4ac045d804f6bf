// Checks that the stored state of an optimizer fits the variables that it trains.
import { damaged, type TensorSpec } from './checkpoint-tensors.ts';
import type { StoredTraining } from './training-state.ts';

/** How many state variables an optimizer keeps for each variable that it trains; its state lists them kind by kind. */
const KINDS: ReadonlyMap<string, number> = new Map([
  ['SGD', 0],
  ['Momentum', 1],
  ['Adagrad', 1],
  ['Adadelta', 2],
  ['Adam', 2],
  ['RMSProp', 2],
  ['centered RMSProp', 3],
]);

/**
 * Checks that a stored state, which begins with the count of steps, fits an optimizer of these variables.
 *
 * @throws GCompressError `file-tensor`.
 */
export function assertSlots(
  { variables, optimizerKind, trainable }: StoredTraining,
  slots: readonly TensorSpec[],
): void {
  const [count, ...rest] = slots;
  if (count?.dtype !== 'int32' || count.shape.some((side) => side !== 1)) {
    throw damaged('an int32 number of steps of the optimizer', describe(count));
  }
  const shapes = new Set(variables.map(({ variable }) => String(variable.shape)));
  const strange = rest.find(({ shape, dtype }) => dtype !== 'float32' || !shapes.has(String(shape)));
  if (strange) throw damaged('state of the optimizer in the shapes of the variables that it trains', describe(strange));
  const kinds = KINDS.get(optimizerKind);
  if (kinds === undefined) return;
  const each = kinds === 0 ? 0 : rest.length / kinds;
  if (!Number.isInteger(each) || each * kinds !== rest.length) {
    throw damaged(
      `${kinds} state variables of ${optimizerKind} for each variable that it trains`,
      `${rest.length} in all`,
    );
  }
  for (let kind = 0; kind < kinds; kind++) {
    const part = rest.slice(kind * each, (kind + 1) * each);
    const differs = part.find(({ shape }, i) => String(shape) !== String(rest[i].shape));
    if (differs) throw damaged('the same order in each kind of state variables', describe(differs));
  }
  // In the order of training. A variable that the loss does not depend on has no state
  if (!trainable) return;
  let at = 0;
  for (const spec of rest.slice(0, each)) {
    while (at < trainable.length && String(trainable[at].shape) !== String(spec.shape)) at++;
    if (at === trainable.length)
      throw damaged('state of the optimizer in the order of the variables that it trains', describe(spec));
    at++;
  }
}

function describe(spec: TensorSpec | undefined): string {
  return spec ? `${spec.dtype} [${spec.shape.slice(0, 8).join(', ')}]` : 'no tensor';
}
