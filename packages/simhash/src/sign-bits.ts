// Packs signs as bits, eight to a byte, and unpacks them.
import { packBits, unpackBits } from '@gcompress/core/storage';

/** Signs ±1 as bits, eight to a byte: 1 for +1, 0 for −1. */
export function packSigns(signs: ArrayLike<number>): Uint8Array {
  return packBits(
    Uint8Array.from(signs, (sign) => (sign > 0 ? 1 : 0)),
    1,
  );
}

/** The `count` signs packed by {@link packSigns}, as ±1. `bytes` must be long enough. */
export function unpackSigns(bytes: Uint8Array, count: number): Float32Array {
  return Float32Array.from(unpackBits(bytes, 1, count), (bit) => 2 * bit - 1);
}
