// Products with sparse codes over atoms: inputs are summed for each atom, and the sums multiplied by the atoms.
import type { Factor, PackedMatrix } from '@gcompress/core';
import type { KernelSource, StoredForm } from '@gcompress/tfjs/layers';
import { matMul, reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { Loops } from '../loops/loops.ts';
import type { FormatRules, Prepared } from './format-kernel.ts';

/** The form of sparse codes. */
interface CodeForm {
  readonly rows: number;
  readonly cols: number;
  readonly atoms: number;
  /** Entries of a signal, L. */
  readonly length: number;
  /** Signals of a row. */
  readonly pieces: number;
  /** The most nonzeros of a code. */
  readonly nonzeros: number;
}

/** Sparse codes, piece after piece. */
interface PieceCodes {
  readonly ends: Uint32Array;
  readonly positions: Uint16Array;
  readonly values: Float32Array;
}

/** All dictionaries, with signals of whole rows or of pieces of rows. The atoms are read in place. */
export const dictLearnRules: FormatRules = {
  format: 'dictlearn',
  supports: (form) => codeForm(form) !== undefined,
  pays(form, simd) {
    const codes = codeForm(form);
    if (!codes) return false;
    const { rows, cols, pieces, nonzeros, atoms } = codes;
    // Compares random additions for the codes plus a small dense product for the atoms with the dense product
    const additions = rows * pieces * nonzeros;
    return (simd ? 4 : 2) * additions + atoms * cols <= (rows * cols) / 2;
  },
  prepare(source, loops) {
    const form = codeForm(source.form) as CodeForm;
    const codes = pieceCodes(source, source.packed(), form);
    return form.pieces === 1 ? wholeRows(source, codes, form, loops) : pieces(source, codes, form, loops);
  },
};

/** Undefined for a damaged form. */
function codeForm({ shape: [rows, cols], config, tensors }: StoredForm): CodeForm | undefined {
  const { signalLength: length, nonzeros } = config;
  const atoms = tensors.atoms?.shape[0];
  if (!isCount(length) || length > cols || !isCount(nonzeros) || nonzeros > length) return undefined;
  if (!isCount(atoms) || atoms > 2 ** 16) return undefined;
  return { rows, cols, atoms, length, pieces: Math.ceil(cols / length), nonzeros };
}

/** Codes as a sparse matrix `[m, k]`, then a product with the atoms that tfjs computes. */
function wholeRows<R>({ tensors }: KernelSource, codes: PieceCodes, form: CodeForm, loops: Loops<R>): Prepared<R> {
  const matrix = {
    rows: form.rows,
    cols: form.atoms,
    ends: loops.hold(codes.ends),
    columns: loops.hold(codes.positions),
    values: loops.hold(codes.values),
  };
  const product = (x: Tensor) => matMul(loops.sparse(x, matrix), reshape(tensors.atoms, [form.atoms, form.length]));
  return { numbers: [matrix.ends, matrix.columns, matrix.values], multiply: product };
}

function pieces<R>({ tensors }: KernelSource, codes: PieceCodes, form: CodeForm, loops: Loops<R>): Prepared<R> {
  const { rows, cols, atoms: count, length } = form;
  const ends = loops.hold(codes.ends);
  const positions = loops.hold(codes.positions);
  const values = loops.hold(codes.values);
  const atoms = loops.borrow(tensors.atoms, 'float32');
  const matrix = { rows, cols, ends, positions, values, atoms, count, length };
  return { numbers: [ends, positions, values, atoms], multiply: (x) => loops.dictionary(x, matrix) };
}

/** The nonzeros, all rows of the first piece first. */
function pieceCodes({ format }: KernelSource, packed: PackedMatrix, { rows, pieces }: CodeForm): PieceCodes {
  const { codes, support } = format.unpack(packed);
  const masked = support.dtype === 'float32';
  const width = codes.shape[1];
  const most = (codes.data as Float32Array).reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
  const [ends, positions, values] = [new Uint32Array(rows * pieces), new Uint16Array(most), new Float32Array(most)];
  let count = 0;
  for (let piece = 0, to = 0; piece < pieces; piece++) {
    for (let row = 0; row < rows; row++, to++) {
      const from = (row * pieces + piece) * width;
      for (let at = from; at < from + width; at++) {
        if (!isUsed(codes, support, at, masked)) continue;
        positions[count] = masked ? at - from : support.data[at];
        values[count++] = codes.data[at];
      }
      ends[to] = count;
    }
  }
  return { ends, positions: positions.subarray(0, count), values: values.subarray(0, count) };
}

function isUsed(codes: Factor, support: Factor, at: number, masked: boolean): boolean {
  return codes.data[at] !== 0 && (!masked || support.data[at] !== 0);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}
