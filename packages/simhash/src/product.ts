// The matrix from sign bits and a projection that is at hand.

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
