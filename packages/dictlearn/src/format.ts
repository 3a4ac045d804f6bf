// The format `dictlearn`: atoms and sparse codes, with reader and writer of the stored form.
import { codesCodec } from '@gcompress/coder';
import {
  type CompressedFormat,
  type Factor,
  type Factorization,
  floatFactor,
  type MatrixForm,
  type PackedMatrix,
  type PackedTensor,
  type TensorOps,
} from '@gcompress/core';
import type { StoredDecoder } from '@gcompress/core/decode';
import { assertVersion, fileError, packedTensor } from '@gcompress/core/storage';
import { combineAtoms } from './codes/combine-atoms.ts';
import { assertLayoutSize, layoutOf, MAX_ATOMS } from './codes/layout.ts';
import { packSparseCodes, unpackSparseCodes } from './codes/packed-codes.ts';
import { collectCodes, type DictLearnFactor, spreadCodes } from './codes/sparse-codes.ts';
import { withoutUnusedAtoms } from './codes/used-atoms.ts';

/** Version of the stored form. */
const VERSION = 2;

export type { DictLearnFactor } from './codes/sparse-codes.ts';

/**
 * Signals as sparse combinations of atoms. The rows of the matrix are cut into s signals of L entries; each signal is the sum of at
 * most t of the k atoms, times the values of its code. Working form:
 *
 * - `atoms [k, L]`, float32, trainable.
 * - `codes [s, t]`, float32: the nonzeros; `support [s, t]`, int32: the index of the atom of each nonzero.
 * - Or, if `masked`: `codes [s, k]`, float32, and `support [s, k]`, float32: 1 for each nonzero, else 0. The config chooses the form
 *   that needs less memory.
 *
 * Codes are trainable if they are stored as float32. With fewer bits they are equal steps from −1 to 1 and not trainable; the
 * support is never trainable.
 *
 * Stored form, version 2: `atoms` as float32; the nonzeros of the codes as `values`, float32 or steps of `valueBits` bits; their
 * places as `mask`, as `positions`, or as `counts` and `positions`. All but float32 are packed bits, or entropy-coded in a tensor whose
 * name begins with `coded-` (`packCodes` of `@gcompress/coder`). Version 1 has packed bits only. Config: `signalLength` (L), `nonzeros` (t), `valueBits` and
 * `masked`.
 */
export const dictLearnFormat: CompressedFormat<DictLearnFactor> = {
  id: 'dictlearn',
  version: VERSION,
  reconstruct,
  multiply(ops, x, factors, form) {
    if (!multiplyPays(form)) return ops.matMul(x, reconstruct(ops, factors, form));
    return ops.matMul(ops.matMul(x, ops.mul(factors.codes, factors.support)), factors.atoms);
  },
  multiplyPays,
  lookup(ops, ids, factors, form) {
    const { rows, masked, pieces, nonzeros } = layoutOf(form);
    const { codes, support, atoms } = factors;
    if (masked && pieces === 1) return ops.matMul(ops.mul(ops.gather(codes, ids), ops.gather(support, ids)), atoms);
    // Separating masked pieces needs the number of atoms, which the form does not have
    if (masked) return ops.gather(reconstruct(ops, factors, form), ids);
    const pick = (x: typeof codes) =>
      ops.reshape(ops.gather(ops.reshape(x, [rows, pieces * nonzeros]), ids), [-1, nonzeros]);
    return laidOut(ops, combined(ops, pick(codes), pick(support), atoms, form), form);
  },
  trim: withoutUnusedAtoms,
  codec: /* @__PURE__ */ codesCodec((packed, read) => {
    const { layout, count } = checkedStore(packed);
    unpackSparseCodes(packed, layout, count, read);
  }),
  pack,
  unpack,
};

/** The decoder of {@link dictLearnFormat} alone, for pages that only decode to dense matrices. */
export const dictLearnDecoder: StoredDecoder = {
  id: 'dictlearn',
  version: VERSION,
  decode(packed) {
    const { layout, atoms, count } = checkedStore(packed);
    return combineAtoms(unpackSparseCodes(packed, layout, count), layout, atoms.data);
  },
};

/** True if the codes are a matrix of their own (masked) and each row of the matrix is one signal. */
function multiplyPays(form: MatrixForm): boolean {
  const { masked, pieces } = layoutOf(form);
  return masked && pieces === 1;
}

function reconstruct<T>(ops: TensorOps<T>, factors: Readonly<Record<DictLearnFactor, T>>, form: MatrixForm): T {
  const { codes, support, atoms } = factors;
  const signals = layoutOf(form).masked
    ? ops.matMul(ops.mul(codes, support), atoms)
    : combined(ops, codes, support, atoms, form);
  return laidOut(ops, signals, form);
}

/** The signals `[q, L]` of codes `[q, t]` over the atoms with the indices `support [q, t]`. */
function combined<T>(ops: TensorOps<T>, codes: T, support: T, atoms: T, form: MatrixForm): T {
  const { signalLength, nonzeros } = layoutOf(form);
  const used = ops.gather(atoms, support);
  // For single nonzeros, a batch of 1 × 1 matrix products would be slower
  if (nonzeros === 1) return ops.mul(codes, ops.reshape(used, [-1, signalLength]));
  return ops.reshape(ops.matMul(ops.reshape(codes, [-1, 1, nonzeros]), used), [-1, signalLength]);
}

/** The rows of the matrix: the pieces of each row side by side, without padding. */
function laidOut<T>(ops: TensorOps<T>, signals: T, form: MatrixForm): T {
  const { cols, pieces, signalLength } = layoutOf(form);
  const padded = ops.reshape(signals, [-1, pieces * signalLength]);
  return pieces * signalLength === cols ? padded : ops.slice(padded, [0, 0], [-1, cols]);
}

function pack({ factors, ...form }: Factorization<DictLearnFactor>): Record<string, PackedTensor> {
  const layout = layoutOf(form);
  const { shape, data } = factors.atoms;
  return { ...packSparseCodes(collectCodes(factors, layout), layout, shape[0]), atoms: { shape, data } };
}

/** What a stored matrix says before its codes are read: its layout and its atoms. */
function checkedStore(packed: PackedMatrix) {
  assertVersion(packed, VERSION);
  const layout = layoutOf(packed);
  const atoms = packedTensor(packed, 'atoms', 'float32', [null, layout.signalLength]);
  const [count] = atoms.shape;
  if (count < 1 || count > MAX_ATOMS) {
    throw fileError('file-tensor', "dictlearn tensor 'atoms'", `1 to ${MAX_ATOMS} atoms`, `${count}`);
  }
  assertLayoutSize(layout, count);
  return { layout, atoms, count };
}

function unpack(packed: PackedMatrix): Record<DictLearnFactor, Factor> {
  const { layout, atoms, count } = checkedStore(packed);
  return {
    ...spreadCodes(unpackSparseCodes(packed, layout, count), layout, count),
    atoms: floatFactor(atoms.shape, atoms.data.slice()),
  };
}
