// The matrix from sign bits: by fast rotations without the projection, or from a projection that is at hand.
import { drawRotations, type PlaneBlock, planeBlocks } from './projection.ts';
import { applyRotation, PANEL } from './rotation.ts';

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
  const rotations = drawRotations(seed, rows, bits);
  const matrix = new Float32Array(rows * cols);
  const most = Math.min(PANEL, cols);
  const sums = rotations.map(() => new Float64Array(rows * most));
  for (let first = 0; first < cols; first += most) {
    const width = Math.min(most, cols - first);
    for (const [index, rotation] of rotations.entries()) {
      const own = sums[index].subarray(0, rows * width);
      sumDigits(blocks, index, signs, cols, first, width, own);
      applyRotation(rotation, own, width);
    }
    const [one, other] = sums;
    for (let i = 0, at = 0; i < rows; i++) {
      for (let j = 0, to = i * cols + first; j < width; j++, at++, to++) {
        matrix[to] = (other ? one[at] + other[at] : one[at]) * scales[first + j];
      }
    }
  }
  return matrix;
}

/** The sums of the signs of one rotation for some columns, each times the length of its plane; 0 in coordinates without planes. */
function sumDigits(
  blocks: readonly PlaneBlock[],
  index: number,
  signs: ArrayLike<number>,
  cols: number,
  first: number,
  width: number,
  sums: Float64Array,
): void {
  sums.fill(0);
  const rows = sums.length / width;
  for (const [block, { rotation, length, planes }] of blocks.entries()) {
    if (rotation !== index) continue;
    for (let i = 0, at = 0; i < planes; i++) {
      for (let j = 0, from = (block * rows + i) * cols + first; j < width; j++, at++, from++) {
        sums[at] += length * signs[from];
      }
    }
  }
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
