// The matrix from sign bits: by fast rotations without the projection, or from a projection that is at hand.
import { drawRotations, type PlaneBlock, planeBlocks } from './projection.ts';
import { applyRotation } from './rotation.ts';

/**
 * `R·S·D [m, n]` for orthogonal planes: sums the signs of each rotation as digits and rotates the sums, which takes `O(m·n·(k/m + log m))`
 * steps instead of the `m·k·n` multiplications of a product. Equal to the product but for rounding.
 *
 * @param signs ±1 `[k, n]`, row-major.
 * @param scales one for each column, `[n]`.
 */
export function denseFromOrthogonal(
  seed: number,
  [rows, cols]: readonly [number, number],
  bits: number,
  signs: ArrayLike<number>,
  scales: ArrayLike<number>,
): Float32Array {
  const blocks = planeBlocks(rows, bits);
  const dense = new Float64Array(rows * cols);
  for (const [index, rotation] of drawRotations(seed, rows, bits).entries()) {
    const sums = digitSums(blocks, index, signs, rows, cols);
    applyRotation(rotation, sums, cols);
    for (let at = 0; at < dense.length; at++) dense[at] += sums[at];
  }
  const matrix = new Float32Array(dense.length);
  for (let at = 0; at < dense.length; ) for (let j = 0; j < cols; j++, at++) matrix[at] = dense[at] * scales[j];
  return matrix;
}

/** The sums of the signs of one rotation, each times the length of its plane; 0 in coordinates without planes. */
function digitSums(
  blocks: readonly PlaneBlock[],
  index: number,
  signs: ArrayLike<number>,
  rows: number,
  cols: number,
): Float64Array {
  const sums = new Float64Array(rows * cols);
  for (const [block, { rotation, length, planes }] of blocks.entries()) {
    if (rotation !== index) continue;
    const from = block * rows * cols;
    for (let at = 0; at < planes * cols; at++) sums[at] += length * signs[from + at];
  }
  return sums;
}

/**
 * `P·S·D [m, n]`. Sums are accumulated in float64 and rounded before they are scaled, as `matMul` and `mul` of core do, so that the bits
 * are those of the working form.
 *
 * @param projection `[m, k]`, row-major.
 * @param signs ±1 `[k, n]`, row-major.
 * @param scales one for each column, `[n]`.
 */
export function denseProduct(projection: Float32Array, signs: Float32Array, scales: Float32Array): Float32Array {
  const cols = scales.length;
  const bits = signs.length / cols;
  const dense = new Float32Array((projection.length / bits) * cols);
  const sums = new Float64Array(cols);
  for (let row = 0, at = 0; at < dense.length; row += bits) {
    sums.fill(0);
    for (let bit = 0; bit < bits; bit++) {
      const entry = projection[row + bit];
      const from = bit * cols;
      for (let col = 0; col < cols; col++) sums[col] += entry * signs[from + col];
    }
    for (let col = 0; col < cols; col++) dense[at++] = Math.fround(sums[col]) * scales[col];
  }
  return dense;
}
