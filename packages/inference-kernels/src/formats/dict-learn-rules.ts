// Products with sparse codes over atoms: inputs are summed for each atom, and the sums multiplied by the atoms.
import type { KernelSource } from '@gcompress/tfjs/layers';
import { matMul, reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { Loops } from '../loops/loops.ts';
import { EIGHT_ROWS, type FormatRules, type Prepared } from './format-kernel.ts';
import { type CodeForm, codeForm, type HeldCodes, heldCodes } from './sparse-codes.ts';

/** Largest part of the operations of the dense product at which the product with codes is faster, in general and from eight rows of x on. */
const LARGEST_SHARE = 0.5;
const LARGEST_SHARE_OF_EIGHT_ROWS = 0.85;

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
    const share = ((simd ? 4 : 2) * additions + atoms * cols) / (rows * cols);
    return share <= LARGEST_SHARE || (simd && share <= LARGEST_SHARE_OF_EIGHT_ROWS && EIGHT_ROWS);
  },
  prepare(source, loops) {
    const form = codeForm(source.form) as CodeForm;
    const codes = heldCodes(source, form, loops);
    return form.pieces === 1 ? wholeRows(source, codes, form, loops) : pieces(source, codes, form, loops);
  },
};

/** Codes as a sparse matrix `[m, k]`, then a product with the atoms that tfjs computes. */
function wholeRows<R>({ tensors }: KernelSource, codes: HeldCodes<R>, form: CodeForm, loops: Loops<R>): Prepared<R> {
  const matrix = { rows: form.rows, cols: form.atoms, ...codes.codes };
  const product = (x: Tensor) => matMul(loops.sparse(x, matrix), reshape(tensors.atoms, [form.atoms, form.length]));
  return { numbers: codes.numbers, multiply: product, takenOver: codes.takenOver };
}

function pieces<R>({ tensors }: KernelSource, codes: HeldCodes<R>, form: CodeForm, loops: Loops<R>): Prepared<R> {
  const { rows, cols, atoms: count, length } = form;
  const atoms = loops.borrow(tensors.atoms, 'float32');
  const matrix = { rows, cols, ...codes.codes, atoms, count, length };
  return {
    numbers: [...codes.numbers, atoms],
    multiply: (x) => loops.dictionary(x, matrix),
    takenOver: codes.takenOver,
  };
}
