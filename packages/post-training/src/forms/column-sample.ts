// Some columns of a large weight, and with moments some rows: the error curve of a method that treats columns alike needs no more.
import { type InputMoments, type Matrix, matrix } from '@gcompress/core';
import { comparison } from './matrix-error.ts';
import type { FormOptions, MatrixSubject } from './weight-forms.ts';

/** Entries of a sample, enough for a coder to adapt to them. */
const ENTRIES = 2 ** 15;
/** The fewest columns of a sample. */
const COLUMNS = 16;
/** A weight of fewer columns for each column of its sample is measured as a whole. */
const LEAST_SAVED = 2;
/** The most rows of a sample with moments, whose work grows with the cube of the rows. */
const ROWS = 768;

/** A part of a weight. */
export interface ColumnSample {
  readonly subject: MatrixSubject;
  /** Part of the entries that it has. */
  readonly part: number;
}

/** Rows and columns at even distances; undefined for a weight that is too small for it. */
export function columnSample(
  whole: MatrixSubject,
  { kernels }: Pick<FormOptions, 'kernels'>,
): ColumnSample | undefined {
  const { weight, gains, moments } = whole;
  const [rows, columns] = weight.matrix.shape;
  const ownRows = spread(rows, moments ? Math.min(rows, ROWS) : rows);
  const count = Math.max(COLUMNS, Math.ceil(ENTRIES / ownRows.length));
  if (count * LEAST_SAVED > columns) return undefined;
  const ownColumns = spread(columns, count);
  const own = entriesOf(weight.matrix, ownRows, ownColumns);
  const ownGains = gains && Float64Array.from(ownColumns, (column) => gains[column]);
  const ownMoments = moments && momentsOf(moments, ownRows);
  const subject = {
    ...whole,
    weight: { ...weight, matrix: own },
    gains: ownGains,
    moments: ownMoments,
    compare: comparison(own, { moments: ownMoments, gains: ownGains, kernels }),
  };
  return { subject, part: own.data.length / weight.matrix.data.length };
}

/** So many of the numbers below `all`, at even distances. */
function spread(all: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, at) => Math.floor(((at + 0.5) * all) / count));
}

function entriesOf({ shape: [, columns], data }: Matrix, ownRows: Int32Array, ownColumns: Int32Array): Matrix {
  const values = new Float32Array(ownRows.length * ownColumns.length);
  let at = 0;
  for (const row of ownRows) for (const column of ownColumns) values[at++] = data[row * columns + column];
  return matrix([ownRows.length, ownColumns.length], values);
}

function momentsOf(moments: InputMoments, own: Int32Array): InputMoments | undefined {
  const { size, count, values } = moments;
  if (own.length === size) return moments;
  const part = new Float64Array(own.length ** 2);
  let at = 0;
  for (const row of own) for (const column of own) part[at++] = values[row * size + column];
  // Inputs that were always 0 say nothing
  return part.some((value) => value !== 0) ? { size: own.length, count, values: part } : undefined;
}
