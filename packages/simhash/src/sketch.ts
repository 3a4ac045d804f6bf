// The state of an approximation while signs are chosen: signs, residual, and the fit of its scales.
import type { Matrix } from '@gcompress/core';
import { columnNorms } from '@gcompress/linalg';

/** The rule for the scale of a column: least squares, or the norm of the column. */
export type ScaleRule = 'least-squares' | 'norm';

/** An approximation `R·S·D` of a matrix `[m, n]` while its signs are being chosen. */
export interface Sketch {
  readonly matrix: Matrix;
  /** ±1 `[k, n]`; 0 for a sign that is not chosen yet. */
  readonly signs: Int8Array;
  /** One scale a column, `[n]`. */
  readonly scales: Float64Array;
  /** `A − R·S·D [m, n]`. */
  readonly residual: Float64Array;
}

/** A sketch without signs, whose residual is the matrix. The first signs will be chosen at these scales. */
export function emptySketch(matrix: Matrix, bits: number, scales: Float64Array): Sketch {
  return {
    matrix,
    signs: new Int8Array(bits * matrix.shape[1]),
    scales,
    residual: Float64Array.from(matrix.data),
  };
}

/** A product with less than this part of the column's energy is rounding: the square of 2⁸ units in the last place of float64. */
const ROUNDING = 2 ** -88;

/** Fits every scale by least squares; the error never grows. */
export function fitScales(sketch: Sketch): void {
  const { matrix, scales, residual } = sketch;
  const cols = matrix.shape[1];
  const { alignment, square, energy } = productSums(sketch);
  // The product is computed as a difference. If it vanishes, as for a column orthogonal to its planes, only rounding error is left
  const factor = alignment.map((sum, j) => (square[j] > ROUNDING * energy[j] ? sum / square[j] : 1));
  for (let j = 0; j < cols; j++) scales[j] *= factor[j];
  for (let at = 0; at < residual.length; ) {
    for (let j = 0; j < cols; j++, at++) {
      const entry = matrix.data[at];
      residual[at] = entry - factor[j] * (entry - residual[at]);
    }
  }
}

/** The scales `[n]` by this rule; 0 for a zero column. */
export function finalScales(sketch: Sketch, rule: ScaleRule): Float32Array {
  if (rule === 'least-squares') return Float32Array.from(sketch.scales);
  const { square } = productSums(sketch);
  const norms = columnNorms(sketch.matrix);
  return Float32Array.from(sketch.scales, (scale, j) =>
    square[j] > 0 ? (scale * norms[j]) / Math.sqrt(square[j]) : 0,
  );
}

/** `⟨a, p⟩`, `‖p‖²` and `‖a‖²` of each column a of the matrix and p of the product `R·S·D`, each `[n]`. */
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
