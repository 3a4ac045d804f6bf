// Some columns of a large weight: the error curve of a method that treats columns alike needs no more.
import { type Matrix, matrix } from '@gcompress/core';
import { comparison } from './matrix-error.ts';
import type { FormOptions, MatrixSubject } from './weight-forms.ts';

/** Entries of a sample, enough for a coder to adapt to them. */
const ENTRIES = 2 ** 15;
/** The fewest columns of a sample. */
const COLUMNS = 16;
/** A weight of fewer columns for each column of its sample is measured as a whole. */
const LEAST_SAVED = 2;

/** A part of a weight. */
export interface ColumnSample {
  readonly subject: MatrixSubject;
  /** Part of the columns that it has. */
  readonly part: number;
}

/** Columns at even distances; undefined for a weight that is too small for it. */
export function columnSample(
  whole: MatrixSubject,
  { kernels }: Pick<FormOptions, 'kernels'>,
): ColumnSample | undefined {
  const { weight, gains, moments } = whole;
  const [rows, columns] = weight.matrix.shape;
  const count = Math.max(COLUMNS, Math.ceil(ENTRIES / rows));
  if (count * LEAST_SAVED > columns) return undefined;
  const chosen = Int32Array.from({ length: count }, (_, at) => Math.floor(((at + 0.5) * columns) / count));
  const own = columnsOf(weight.matrix, chosen);
  const ownGains = gains && Float64Array.from(chosen, (column) => gains[column]);
  const subject = {
    ...whole,
    weight: { ...weight, matrix: own },
    gains: ownGains,
    compare: comparison(own, { moments, gains: ownGains, kernels }),
  };
  return { subject, part: count / columns };
}

function columnsOf({ shape: [rows, columns], data }: Matrix, chosen: Int32Array): Matrix {
  const values = new Float32Array(rows * chosen.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let i = 0; i < chosen.length; i++, at++) values[at] = data[row * columns + chosen[i]];
  }
  return matrix([rows, chosen.length], values);
}
