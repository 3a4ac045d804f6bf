// Truncated singular value decomposition: chooses among exact, Gram matrix and block Krylov methods.
import type { Kernels, Matrix } from '@gcompress/core';
import { assertKnownOptions, assertNumber, assertSeed } from '@gcompress/core/checks';
import { paced } from '../calls/paced.ts';
import { portableKernels } from '../kernels/portable.ts';
import { denseOf, rowMajor, transposed, type View, type View64, viewOf, zeros } from '../views/view.ts';
import { blockKrylov, blockWidth, type KrylovRequest } from './block-krylov.ts';
import { choleskyRows } from './cholesky-qr.ts';
import { checkedView, exactSvd, type Svd } from './svd.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { eigenWork, svdWork } from './work.ts';

/** Options of {@link truncatedSvd}. */
export interface TruncatedSvdOptions {
  /**
   * Allowed relative excess of the error `‖A − U·diag(s)·Vᵀ‖` over the smallest possible error; above 0, at most 0.001.
   * The estimate that stops the iteration is cautious: the true excess is usually about a tenth of it. Default 0.0005.
   */
  readonly tolerance?: number;
  /** Seed of the random start, an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number;
  /** Ends the work; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the part that is done, from 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
  readonly kernels?: Kernels;
}

const OPTIONS = ['tolerance', 'seed', 'signal', 'onProgress', 'kernels'];
/** Up to this many rows or columns, the exact decomposition is faster. */
const SMALL = 64;
/** Least part of the energy in the truncated rest for which the Gram matrix, with half the digits, is precise enough. */
const GRAM_DIGITS = 1e-10;
/** Least part of the energy in the truncated rest for which float32 products are precise enough: their rounding is far below a thousandth of it. */
const SINGLE_DIGITS = 1e-3;

/**
 * The `rank` largest singular values and vectors of `a [m, n]`. The method follows from shape and rank: an exact
 * decomposition for small matrices; the eigenvectors of the Gram matrix if the smaller side is short or the rank is a large
 * part of it; block Krylov iteration otherwise. The error is at most `1 + tolerance` times the smallest possible error, or
 * one millionth of `‖A‖`. U and V always have orthonormal columns. The same arguments give the same bits.
 *
 * @param rank from 1 to `min(m, n)`.
 * @throws GCompressError `invalid-matrix`, `non-finite`, `invalid-option` or `unknown-option`; the signal's reason when
 * aborted.
 */
export function truncatedSvd(a: Matrix, rank: number, options: TruncatedSvdOptions = {}): Svd {
  const where = 'truncatedSvd';
  assertKnownOptions(where, options, OPTIONS);
  const { tolerance = 5e-4, seed = 0, signal, onProgress, kernels = portableKernels } = options;
  assertNumber(where, 'tolerance', tolerance, { above: 0, max: 1e-3 });
  assertSeed(seed, where);
  const view = checkedView(a, where);
  assertNumber(where, 'rank', rank, { min: 1, max: Math.min(view.rows, view.cols), integer: true });
  const wide = view.rows < view.cols;
  const tall = wide ? transposed(view) : view;
  const expected = expectedWork(tall, rank, kernels?.holdSingle !== undefined);
  const { u, s, v } = paced(where, kernels, { signal, onProgress }, expected, (pace) =>
    tallSvd(tall, rank, { tolerance, seed, kernels: pace }),
  );
  return wide ? { u: v, s, v: u } : { u, s, v };
}

interface Settings {
  readonly tolerance: number;
  readonly seed: number;
  readonly kernels: Kernels;
}

function tallSvd(a: View, rank: number, settings: Settings): Svd {
  const { kernels } = settings;
  if (a.cols <= SMALL) return exactSvd(a, rank, kernels);
  const energy = squaredNorm(a);
  const limit = Math.min(Math.floor(a.cols / 2), 3 * expectedSize(rank));
  const request = { ...settings, rank, energy, limit };
  const single = singleSvd(a, request);
  if (single) return single;
  const krylov = krylovColumns(a, request);
  if (krylov) return fromRowSpace(a, krylov, kernels);
  const { columns, captured } = gramColumns(a, request, (c) => kernels.gram(a, c));
  return energy - captured > GRAM_DIGITS * energy ? fromRowSpace(a, columns, kernels) : exactSvd(a, rank, kernels);
}

/** The decomposition by float32 products; undefined without such kernels, or if float32 rounding would matter. */
function singleSvd(a: View, request: KrylovRequest): Svd | undefined {
  const { energy, kernels, rank } = request;
  const held = kernels.holdSingle?.(a);
  if (!held) return undefined;
  try {
    const columns = krylovColumns(a, { ...request, held }) ?? gramColumns(a, request, (c) => held.gram(c)).columns;
    const image = zeros(rank, a.rows);
    held.multiplyTransposed(transposed(columns), image);
    if (energy - squaredNorm(image) < SINGLE_DIGITS * energy) return undefined;
    return fromImage(transposed(image), columns, kernels);
  } finally {
    held.release();
  }
}

/** Columns from a Krylov space; undefined if the Gram matrix is cheaper or the space would grow too large. */
function krylovColumns(a: View, request: KrylovRequest): View64 | undefined {
  const cheaper = krylovIsCheaper(a.rows, a.cols, request.rank, request.held !== undefined);
  return cheaper ? blockKrylov(a, request) : undefined;
}

/** The leading eigenvectors of `AᵀA`, and the energy that they capture. */
function gramColumns(
  a: View,
  { rank, kernels }: KrylovRequest,
  gram: (c: View64) => void,
): { readonly columns: View64; readonly captured: number } {
  const squares = zeros(a.cols, a.cols);
  gram(squares);
  const { values, vectors } = symmetricEigen(denseOf(squares), rank, kernels);
  return { columns: viewOf(vectors), captured: values.subarray(0, rank).reduce((sum, value) => sum + value, 0) };
}

/** The decomposition of `A·V·Vᵀ`, the best approximation of A whose rows lie in the space of orthonormal columns V. */
function fromRowSpace(a: View, columns: View64, kernels: Kernels): Svd {
  const image = zeros(a.rows, columns.cols);
  kernels.multiply(a, columns, image);
  return fromImage(image, columns, kernels);
}

/** {@link fromRowSpace} for the image `A·V`. */
function fromImage(image: View64, columns: View64, kernels: Kernels): Svd {
  const rank = columns.cols;
  const { u, s, v } = imageSvd(image, kernels);
  const right = zeros(columns.rows, rank);
  kernels.multiply(columns, rowMajor(v, rank, rank), right);
  return { u, s, v: right.data };
}

/** The whole decomposition of a tall image; from its triangular factor unless its columns are nearly dependent. */
function imageSvd(image: View64, kernels: Kernels): Svd {
  const rank = image.cols;
  const found = choleskyRows(transposed(image), kernels);
  if (!found) return exactSvd(image, rank, kernels);
  const { u: small, s, v } = exactSvd(found.r, rank, kernels);
  const left = zeros(image.rows, rank);
  kernels.multiply(transposed(found.q), rowMajor(small, rank, rank), left);
  return { u: left.data, s, v };
}

/** Size of the Krylov basis that typical weights need. */
function expectedSize(rank: number): number {
  return Math.ceil(2.5 * rank) + 5 * blockWidth(rank);
}

/**
 * Compares floating-point operations. Operations on narrow blocks count double, because they are slower. Products of a held matrix count half,
 * because they are in float32 and narrow blocks do not slow them down.
 */
function krylovIsCheaper(rows: number, cols: number, rank: number, held: boolean): boolean {
  const size = expectedSize(rank);
  const krylov = (held ? 2 : 8) * rows * cols * size + 8 * cols * size * size;
  const throughGram = cols * cols * ((held ? 0.5 : 1) * rows + 1.5 * cols + 8 * rank);
  return 2 * size <= cols && krylov < throughGram;
}

function expectedWork({ rows, cols }: View, rank: number, held: boolean): number {
  if (cols <= SMALL) return svdWork(rows, cols, rank);
  const ending = 2 * rows * cols * rank + svdWork(rows, rank, rank);
  if (!krylovIsCheaper(rows, cols, rank, held)) return (rows * cols * cols) / 2 + eigenWork(cols, rank) + ending;
  const size = expectedSize(rank);
  return 2 * size * cols * (rows + 2 * size) + ending;
}

function squaredNorm({ data, rows, cols, offset, rowStride, colStride }: View): number {
  let total = 0;
  for (let i = 0; i < rows; i++) {
    // One sum for each row keeps rounding errors small
    let sum = 0;
    let at = offset + i * rowStride;
    for (let j = 0; j < cols; j++, at += colStride) sum += data[at] * data[at];
    total += sum;
  }
  return total;
}
