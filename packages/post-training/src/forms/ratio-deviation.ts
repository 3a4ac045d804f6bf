// How far a ratio of sums over a sample of columns may be from the ratio over all columns.

/**
 * The standard deviation of `Σ parts / Σ wholes` over all columns, if these are a sample of them.
 *
 * Source: the ratio estimator, Cochran, Sampling Techniques, 1977, section 6.4.
 *
 * @param weights what each column counts. Default 1.
 * @param share the part of the columns in the sample.
 */
export function ratioDeviation(
  parts: Float64Array,
  wholes: Float64Array,
  { weights, share }: { readonly weights: Float64Array | undefined; readonly share: number },
): number {
  const count = parts.length;
  const [part, whole] = [parts, wholes].map((values) => values.map((value, at) => value * (weights?.[at] ?? 1)));
  const mean = whole.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2 || mean === 0) return 0;
  const ratio = part.reduce((sum, value) => sum + value, 0) / count / mean;
  const squares = part.reduce((sum, value, at) => sum + (value - ratio * whole[at]) ** 2, 0);
  return Math.sqrt(((1 - share) * squares) / (count - 1) / count) / mean;
}
