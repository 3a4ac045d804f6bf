// Residuals that stay in WebAssembly memory as float32, to fit the atoms of a dictionary to them.
import { GCompressError } from '@gcompress/core';
import type { HeldResiduals } from '@gcompress/core/hosts';
import type { Workspace } from './module/workspace.ts';
import { roundUp } from './products/packing.ts';

const BYTES = 4;

/** {@link HeldResiduals} of `rest [s, length]` in their own workspace: residuals, room for two atoms, and for the users of an atom with their values. */
export function holdResiduals(rest: Float64Array, length: number, workspace: Workspace): HeldResiduals {
  const count = rest.length / length;
  const padded = roundUp(length, 4);
  const atomAt = BYTES * count * padded;
  const fittedAt = atomAt + BYTES * padded;
  const usersAt = fittedAt + BYTES * padded;
  const valuesAt = usersAt + BYTES * roundUp(count, 4);
  workspace.reserve(valuesAt + BYTES * roundUp(count, 4));
  const copy = workspace.float32(0, count * padded);
  for (let i = 0; i < count; i++) copy.set(rest.subarray(i * length, (i + 1) * length), i * padded);

  let held: Workspace | undefined = workspace;
  const use = (): Workspace => {
    if (held) return held;
    throw new GCompressError('disposed', {
      where: 'HeldResiduals',
      expected: 'residuals that are held',
      actual: 'residuals that were released',
    });
  };
  return {
    fitAtom(atom, users, values) {
      const owner = use();
      const own = owner.float32(atomAt, length);
      const ownValues = owner.float32(valuesAt, users.length);
      own.set(atom);
      owner.int32(usersAt, users.length).set(users);
      ownValues.set(values);
      owner.loops.fitAtom(0, padded, usersAt, valuesAt, users.length, atomAt, fittedAt);
      atom.set(own);
      values.set(ownValues);
    },
    read(into) {
      const own = use().float32(0, count * padded);
      for (let i = 0; i < count; i++) into.set(own.subarray(i * padded, i * padded + length), i * length);
    },
    release() {
      held = undefined;
    },
  };
}
