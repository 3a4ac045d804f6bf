// The matrix from sign bits: by fast rotations without the projection, or from a projection that is at hand.
import { drawRotations, type PlaneBlock, planeBlocks } from './projection.ts';
import { applyRotation, PANEL } from './rotation.ts';

/**
 * `R·S·D [m, n]` for orthogonal planes: reads the signs of each rotation as the digits of levels and rotates the levels, which takes
 * `O(m·n·(k/m + log m))` steps instead of the `m·k·n` multiplications of a product. Equal to the product but for rounding.
 *
 * @param signs the bits of the signs `[k, n]`, row-major, eight to a byte.
 * @param scales one for each column, `[n]`.
 */
export function denseFromOrthogonal(
  seed: number,
  [rows, cols]: readonly [number, number],
  bits: number,
  signs: ArrayLike<number>,
  scales: ArrayLike<number>,
): Float32Array {
  const blocks = planeBlocks(rows, bits).map((block, index): Digit => ({ ...block, at: index * rows * cols }));
  const most = Math.min(PANEL, cols);
  const turns = drawRotations(seed, rows, bits).map((rotation, index) => {
    const digits = blocks.filter((block) => block.rotation === index);
    return { rotation, digits, sums: new Float64Array(rows * most) };
  });
  const matrix = new Float32Array(rows * cols);
  for (let first = 0; first < cols; first += most) {
    const width = Math.min(most, cols - first);
    const [one, other] = turns.map(({ rotation, digits, sums }) => {
      const own = sums.subarray(0, rows * width);
      sumDigits(digits, signs, cols, first, width, own);
      applyRotation(rotation, own, width);
      return own;
    });
    for (let i = 0, at = 0; i < rows; i++) {
      for (let j = 0, to = i * cols + first; j < width; j++, at++, to++) {
        matrix[to] = (other ? one[at] + other[at] : one[at]) * scales[first + j];
      }
    }
  }
  return matrix;
}

/** A block of planes, and where its signs begin. */
interface Digit extends PlaneBlock {
  readonly at: number;
}

/**
 * The sums of the signs of one rotation for some columns, each times the length of its plane; 0 in coordinates without planes. Signs are the
 * binary digits of a level, the highest digit first, and the sum is a multiple of the last length.
 */
function sumDigits(
  digits: readonly Digit[],
  signs: ArrayLike<number>,
  cols: number,
  first: number,
  width: number,
  sums: Float64Array,
): void {
  sums.fill(0);
  const levels = new Int32Array(width);
  for (let i = 0, to = 0; i < digits[0].planes; i++, to += width) {
    levels.fill(0);
    let [unit, most] = [1, 1];
    for (const { at, length, planes } of digits) {
      if (i >= planes) continue;
      unit = length;
      most *= 2;
      for (let j = 0, bit = at + i * cols + first; j < width; j++, bit++) {
        levels[j] = (levels[j] << 1) | ((signs[bit >> 3] >> (bit & 7)) & 1);
      }
    }
    for (let j = 0; j < width; j++) sums[to + j] = unit * (2 * levels[j] - (most - 1));
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
