// Some columns of a large weight, and where moments ask for it some rows: error curves of methods that treat columns alike need no more.
import { type InputMoments, type Kernels, type Matrix, matrix } from '@gcompress/core';
import { type CompareMatrix, comparison } from './matrix-error.ts';

/** The fewest columns of a sample. */
const COLUMNS = 16;
/** A weight of fewer columns for each column of its sample is taken as a whole. */
const LEAST_SAVED = 2;

/** What a sample is taken of. */
interface Sampled {
  readonly weight: { readonly matrix: Matrix };
  readonly moments: InputMoments | undefined;
  readonly gains: Float64Array | undefined;
  readonly compare: CompareMatrix;
}

/** How large a sample is. */
export interface SampleSize {
  /** Entries that it has about; more of a weight with many rows. */
  readonly entries: number;
  /** The most rows where there are moments, whose work grows with the cube of the rows. Default all: fewer rows compensate less for each other. */
  readonly mostRows?: number;
}

/** A part of a weight. */
export interface ColumnSample<S> {
  readonly subject: S;
  /** Part of the entries that it has. */
  readonly part: number;
}

/** Rows and columns at even distances; undefined for a weight that is too small for a sample. */
export function columnSample<S extends Sampled>(
  whole: S,
  { entries, mostRows = Number.POSITIVE_INFINITY }: SampleSize,
  kernels: Kernels | undefined,
): ColumnSample<S> | undefined {
  const { weight, gains, moments } = whole;
  const [rows, columns] = weight.matrix.shape;
  const ownRows = spread(rows, moments ? Math.min(rows, mostRows) : rows);
  const count = Math.max(COLUMNS, Math.ceil(entries / ownRows.length));
  if (count * LEAST_SAVED > columns) return undefined;
  const ownColumns = spread(columns, count);
  const own = entriesOf(weight.matrix, ownRows, ownColumns);
  const ownGains = gains && Float64Array.from(ownColumns, (column) => gains[column]);
  const ownMoments = moments && momentsOf(moments, ownRows);
  const effects = { moments: ownMoments, gains: ownGains, kernels, share: count / columns };
  const subject = {
    ...whole,
    weight: { ...weight, matrix: own },
    gains: ownGains,
    moments: ownMoments,
    compare: comparison(own, effects),
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
