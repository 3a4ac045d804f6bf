import {
  assertVersion,
  type CompressedFormat,
  type Factor,
  type Factorization,
  floatFactor,
  GCompressError,
  type MatrixForm,
  type PackedMatrix,
  type PackedTensor,
  packedTensor,
  type TensorOps,
} from '@gcompress/core';
import { assertLayoutSize, layoutOf, MAX_ATOMS } from './layout.ts';
import { packCodes, unpackCodes } from './packed-codes.ts';
import { collectCodes, type DictLearnFactor, spreadCodes } from './sparse-codes.ts';
import { withoutUnusedAtoms } from './used-atoms.ts';

export type { DictLearnFactor } from './sparse-codes.ts';

/**
 * Signals as sparse combinations of atoms. The rows of the matrix are cut into s signals of L entries; each is the sum of
 * at most t of the k atoms, times the values of its code. Working form, whichever needs less memory:
 *
 * - `atoms [k, L]`, float32, trainable.
 * - `codes [s, t]`, float32: the nonzeros; `support [s, t]`, int32: the number of the atom of each.
 * - Or, if `masked`: `codes [s, k]`, float32, and `support [s, k]`, float32: 1 where a code is not zero.
 *
 * Codes are trainable if they are stored as float32; with fewer bits they are steps from −1 to 1, as little a matter of
 * training as the support is.
 *
 * Stored form, version 1: `atoms` as float32; the nonzeros of the codes as `values`, float32 or steps of `valueBits` bits,
 * with a `mask`, `positions`, or `counts` and `positions` that tell where they are. Config: `signalLength` (L), `nonzeros`
 * (t), `valueBits` and `masked`.
 */
export const dictLearnFormat: CompressedFormat<DictLearnFactor> = {
  id: 'dictlearn',
  version: 1,

  reconstruct,

  multiply(ops, x, factors, form) {
    const { masked, pieces } = layoutOf(form);
    if (!masked || pieces > 1) return ops.matMul(x, reconstruct(ops, factors, form));
    return ops.matMul(ops.matMul(x, ops.mul(factors.codes, factors.support)), factors.atoms);
  },

  lookup(ops, ids, factors, form) {
    const { rows, masked, pieces, nonzeros } = layoutOf(form);
    // Pieces would have to be laid side by side, for which the number of ids must be known
    if (pieces > 1) return ops.gather(reconstruct(ops, factors, form), ids);
    const { codes, support, atoms } = factors;
    if (masked) return ops.matMul(ops.mul(ops.gather(codes, ids), ops.gather(support, ids)), atoms);
    const terms = Array.from({ length: nonzeros }, (_, i) => {
      const values = ops.gather(ops.slice(codes, [0, i], [rows, 1]), ids);
      const numbers = ops.gather(ops.reshape(ops.slice(support, [0, i], [rows, 1]), [rows]), ids);
      return ops.mul(values, ops.gather(atoms, numbers));
    });
    return terms.reduce((sum, term) => ops.add(sum, term));
  },

  trim: withoutUnusedAtoms,
  pack,
  unpack,
};

function reconstruct<T>(ops: TensorOps<T>, factors: Readonly<Record<DictLearnFactor, T>>, form: MatrixForm): T {
  const { codes, support, atoms } = factors;
  const { rows, cols, signalLength, pieces, signals, nonzeros, masked } = layoutOf(form);
  const cut = () => {
    if (masked) return ops.matMul(ops.mul(codes, support), atoms);
    const used = ops.gather(atoms, support);
    // Many matrix products with one number each would be slower
    if (nonzeros === 1) return ops.mul(codes, ops.reshape(used, [signals, signalLength]));
    return ops.matMul(ops.reshape(codes, [signals, 1, nonzeros]), used);
  };
  const padded = ops.reshape(cut(), [rows, pieces * signalLength]);
  return pieces * signalLength === cols ? padded : ops.slice(padded, [0, 0], [rows, cols]);
}

function pack({ factors, ...form }: Factorization<DictLearnFactor>): Record<string, PackedTensor> {
  const layout = layoutOf(form);
  const { shape, data } = factors.atoms;
  return { ...packCodes(collectCodes(factors, layout), layout, shape[0]), atoms: { shape, data } };
}

function unpack(packed: PackedMatrix): Record<DictLearnFactor, Factor> {
  assertVersion(packed, 1);
  const layout = layoutOf(packed);
  const { shape, data } = packedTensor(packed, 'atoms', 'float32', [null, layout.signalLength]);
  const [count] = shape;
  if (count < 1 || count > MAX_ATOMS) {
    throw new GCompressError('file-tensor', {
      where: "dictlearn tensor 'atoms'",
      expected: `1 to ${MAX_ATOMS} atoms`,
      actual: `${count}`,
    });
  }
  assertLayoutSize(layout, count);
  return { ...spreadCodes(unpackCodes(packed, layout, count), layout, count), atoms: floatFactor(shape, data) };
}
