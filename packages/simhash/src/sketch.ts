// An approximation while its signs are being chosen, and its scales.
import type { Matrix } from '@gcompress/core';
import { columnNorms } from '@gcompress/linalg';

/** How the scale of a column is chosen once its signs are: for the least error, or for the column's own norm. */
export type ScaleRule = 'least-squares' | 'norm';

/** An approximation `R·S·D` of a matrix `[m, n]` while its signs are being chosen. */
export interface Sketch {
  readonly matrix: Matrix;
  /** ±1 `[k, n]`; 0 where nothing is chosen yet. */
  readonly signs: Int8Array;
  /** One a column, `[n]`. */
  readonly scales: Float64Array;
  /** What the approximation leaves of the matrix, `A − R·S·D [m, n]`. */
  readonly residual: Float64Array;
}

/** A sketch with no sign chosen: all of the matrix is left. `scales` says at what scale the signs will first be chosen. */
export function emptySketch(matrix: Matrix, bits: number, scales: Float64Array): Sketch {
  return {
    matrix,
    signs: new Int8Array(bits * matrix.shape[1]),
    scales,
    residual: Float64Array.from(matrix.data),
  };
}

/** The part of a column's energy up to which its product is nothing but rounding: the square of some 2^8 units in the last place. */
const ROUNDING = 2 ** -88;

/** Gives every column the scale of least error for its signs. The error never grows by it. */
export function fitScales(sketch: Sketch): void {
  const { matrix, scales, residual } = sketch;
  const cols = matrix.shape[1];
  const { alignment, square, energy } = productSums(sketch);
  // The product is a difference: of one that vanished, as for a column at right angles to its planes, only rounding is left to fit
  const factor = alignment.map((sum, j) => (square[j] > ROUNDING * energy[j] ? sum / square[j] : 1));
  for (let j = 0; j < cols; j++) scales[j] *= factor[j];
  for (let at = 0; at < residual.length; ) {
    for (let j = 0; j < cols; j++, at++) {
      const entry = matrix.data[at];
      residual[at] = entry - factor[j] * (entry - residual[at]);
    }
  }
}

/** The scales by `rule`, `[n]`: 0 for a zero column. */
export function finalScales(sketch: Sketch, rule: ScaleRule): Float32Array {
  if (rule === 'least-squares') return Float32Array.from(sketch.scales);
  const { square } = productSums(sketch);
  const norms = columnNorms(sketch.matrix);
  return Float32Array.from(sketch.scales, (scale, j) =>
    square[j] > 0 ? (scale * norms[j]) / Math.sqrt(square[j]) : 0,
  );
}

/** For each column a of the matrix and p of the product `R·S·D`: `⟨a, p⟩`, `‖p‖²` and `‖a‖²`, each `[n]`. */
function productSums({ matrix, residual }: Sketch): Record<'alignment' | 'square' | 'energy', Float64Array> {
  const cols = matrix.shape[1];
  const alignment = new Float64Array(cols);
  const square = new Float64Array(cols);
  const energy = new Float64Array(cols);
  for (let at = 0; at < residual.length; ) {
    for (let j = 0; j < cols; j++, at++) {
      const entry = matrix.data[at];
      const product = entry - residual[at];
      alignment[j] += entry * product;
      square[j] += product * product;
      energy[j] += entry * entry;
    }
  }
  return { alignment, square, energy };
}
