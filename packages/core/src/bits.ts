/**
 * Unsigned integers packed to `bits` (1 to 16) each, lowest bit first, without gaps; the last byte is filled with zeros.
 * With 8 or 16 bits the result is that of a `Uint8Array` or little-endian `Uint16Array`.
 */
export function packBits(values: ArrayLike<number>, bits: number): Uint8Array {
  const bytes = new Uint8Array(packedBytes(values.length, bits));
  let buffer = 0;
  let filled = 0;
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    buffer |= values[i] << filled;
    filled += bits;
    while (filled >= 8) {
      bytes[at++] = buffer & 0xff;
      buffer >>>= 8;
      filled -= 8;
    }
  }
  if (filled > 0) bytes[at] = buffer;
  return bytes;
}

/** The `count` integers of `bits` each that {@link packBits} wrote. `bytes` must be long enough: see {@link packedBytes}. */
export function unpackBits(bytes: Uint8Array, bits: number, count: number): Int32Array {
  const values = new Int32Array(count);
  const mask = 2 ** bits - 1;
  let buffer = 0;
  let filled = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    while (filled < bits) {
      buffer |= bytes[at++] << filled;
      filled += 8;
    }
    values[i] = buffer & mask;
    buffer >>>= bits;
    filled -= bits;
  }
  return values;
}

/** Bytes that `count` integers of `bits` each take. */
export function packedBytes(count: number, bits: number): number {
  return Math.ceil((count * bits) / 8);
}

/** Bits that the integers `0 … levels − 1` need; 1 for a single level. */
export function bitsFor(levels: number): number {
  return Math.max(1, 32 - Math.clz32(levels - 1));
}
