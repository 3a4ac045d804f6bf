// Packs signs as bits, eight to a byte, and unpacks them.

/** Signs ±1 as bits, eight to a byte from the lowest bit on: 1 for +1, 0 for −1. */
export function packSigns(signs: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(signs.length / 8));
  const whole = signs.length >> 3;
  // Comparisons would be branches that processors cannot predict; of a sign plus 1, the second bit is set for +1
  let at = 0;
  for (let byte = 0; byte < whole; byte++, at += 8) {
    const low = (((signs[at] + 1) & 2) >> 1) | ((signs[at + 1] + 1) & 2) | (((signs[at + 2] + 1) & 2) << 1);
    const middle =
      (((signs[at + 3] + 1) & 2) << 2) | (((signs[at + 4] + 1) & 2) << 3) | (((signs[at + 5] + 1) & 2) << 4);
    bytes[byte] = low | middle | (((signs[at + 6] + 1) & 2) << 5) | (((signs[at + 7] + 1) & 2) << 6);
  }
  for (; at < signs.length; at++) if (signs[at] > 0) bytes[at >> 3] |= 1 << (at & 7);
  return bytes;
}

/** The `count` signs packed by {@link packSigns}, as ±1. `bytes` must be long enough. */
export function unpackSigns(bytes: Uint8Array, count: number): Float32Array {
  const signs = new Float32Array(count);
  for (let at = 0; at < count; at++) signs[at] = 2 * ((bytes[at >> 3] >> (at & 7)) & 1) - 1;
  return signs;
}
