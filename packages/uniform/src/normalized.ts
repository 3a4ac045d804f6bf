// Integers as levels in (−1, 1), and the power of two that leads back.

/**
 * Integers as levels in (−1, 1).
 *
 * @returns the levels and the power of two by which they were divided.
 */
export function normalized(integers: Int32Array): { readonly levels: Float32Array; readonly unit: number } {
  let most = 0;
  for (const integer of integers) most = Math.max(most, Math.abs(integer));
  let unit = 1;
  while (unit <= most) unit *= 2;
  // Many times faster than Float32Array.from
  const levels = new Float32Array(integers);
  for (let at = 0; at < levels.length; at++) levels[at] = integers[at] / unit;
  return { levels, unit };
}
