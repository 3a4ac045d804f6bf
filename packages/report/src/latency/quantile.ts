// Quantiles of a sample.

/** The value below which this part of the sorted values lies, interpolated linearly between neighbours (type 7 of Hyndman and Fan, 1996). */
export function quantile(sorted: readonly number[], part: number): number {
  const place = part * (sorted.length - 1);
  const below = Math.floor(place);
  const [low, high] = [sorted[below] as number, sorted[Math.ceil(place)] as number];
  return low + (high - low) * (place - below);
}
