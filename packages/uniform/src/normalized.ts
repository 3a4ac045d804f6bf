// Scales integers into (−1, 1) by a power of two.

/**
 * Divides integers by the least power of two that brings them into (−1, 1).
 *
 * @returns the scaled levels, and the power of two as `unit`.
 */
export function normalized(integers: Int32Array): { readonly levels: Float32Array; readonly unit: number } {
  let most = 0;
  for (let at = 0; at < integers.length; at++) most = Math.max(most, Math.abs(integers[at]));
  let unit = 1;
  while (unit <= most) unit *= 2;
  const levels = new Float32Array(integers.length);
  for (let at = 0; at < levels.length; at++) levels[at] = integers[at] / unit;
  return { levels, unit };
}
