// Encoder of planes fitted to the matrix together with their signs, by alternating least squares.
import type { Matrix, Pace } from '@gcompress/core';
import { columnNorms } from '@gcompress/linalg';
import type { Encoder } from './encoder.ts';
import { chooseSigns, project, subtractOuter, transposed } from './plane-encoder.ts';
import { emptySketch, fitScales, type Sketch } from './sketch.ts';

/** The most alternations between a new plane and its signs; usually fewer suffice. */
const MAX_ALTERNATIONS = 10;

/**
 * Planes that are fitted to the matrix together with their signs, by alternating least squares. First, each plane is fitted to the
 * residual of the planes before it (as in the semidiscrete decomposition of Kolda and O'Leary, 1998). A sweep then chooses all
 * signs again and fits each plane again.
 */
export function fittedEncoder(matrix: Matrix, bits: number, pace: Pace): Encoder {
  const rows = matrix.shape[0];
  const planes = new Float64Array(bits * rows);
  const sketch = emptySketch(
    matrix,
    bits,
    columnNorms(matrix).map((norm) => norm / Math.sqrt(rows)),
  );
  for (let plane = 0; plane < bits; plane++) {
    addPlane(sketch, planes, plane, (operations) => pace(operations, plane / bits));
  }
  fitScales(sketch);
  return {
    sketch,
    sweep(report) {
      chooseSigns(sketch, planes, (operations, done) => report(operations, done / 2));
      for (let plane = 0; plane < bits; plane++) {
        movePlane(sketch, planes, plane);
        report(2 * matrix.data.length, (1 + plane / bits) / 2);
      }
      return true;
    },
    projection: () => Float32Array.from(transposed(planes, bits, rows)),
    signs: () => sketch.signs,
  };
}

/** Adds a plane that is fitted to the residual, starting from the signs of the residual's largest row. */
function addPlane(sketch: Sketch, planes: Float64Array, plane: number, spend: (operations: number) => void): void {
  const { matrix, signs, residual } = sketch;
  const cols = matrix.shape[1];
  const own = signs.subarray(plane * cols, (plane + 1) * cols);
  const largest = largestRow(residual, cols) * cols;
  spend(residual.length);
  for (let j = 0; j < cols; j++) own[j] = residual[largest + j] < 0 ? -1 : 1;
  for (let alternation = 0, settled = false; alternation < MAX_ALTERNATIONS && !settled; alternation++) {
    const move = bestMove(sketch, signedScales(sketch, plane));
    spend(residual.length);
    const alignment = project(move, 0, residual, cols);
    settled = true;
    for (let j = 0; j < cols; j++) {
      if (alignment[j] * own[j] >= 0) continue;
      own[j] = -own[j];
      settled = false;
    }
    spend(residual.length);
  }
  movePlane(sketch, planes, plane);
  spend(2 * residual.length);
}

/** Fits one plane by least squares; all signs, scales and other planes stay. */
function movePlane(sketch: Sketch, planes: Float64Array, plane: number): void {
  const rows = sketch.matrix.shape[0];
  const y = signedScales(sketch, plane);
  const move = bestMove(sketch, y);
  for (let i = 0; i < rows; i++) planes[plane * rows + i] += move[i];
  subtractOuter(sketch.residual, move, 0, y);
}

/** The least-squares x `[m]` for `E ≈ x·yᵀ`, with the residual E: `E·y / ‖y‖²`; 0 for a zero y. */
function bestMove({ residual }: Sketch, y: Float64Array): Float64Array {
  const square = y.reduce((sum, entry) => sum + entry * entry, 0) || 1;
  const move = new Float64Array(residual.length / y.length);
  for (let i = 0, at = 0; i < move.length; i++) {
    for (let j = 0; j < y.length; j++, at++) move[i] += residual[at] * y[j];
    move[i] /= square;
  }
  return move;
}

/** The row of `S·D` that belongs to a plane, `[n]`. */
function signedScales({ signs, scales }: Sketch, plane: number): Float64Array {
  return scales.map((scale, j) => scale * signs[plane * scales.length + j]);
}

function largestRow(a: Float64Array, cols: number): number {
  let largest = 0;
  let most = -1;
  for (let i = 0; i * cols < a.length; i++) {
    let square = 0;
    for (let at = i * cols; at < (i + 1) * cols; at++) square += a[at] * a[at];
    if (square > most) {
      most = square;
      largest = i;
    }
  }
  return largest;
}
