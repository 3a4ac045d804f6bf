// Reader of integers in packed bits.
import { type IntegerReader, int32, refuse } from './integer-reader.ts';

/** Codec 0: the width, the smallest value, then the packed bits, lowest first. */
export function readPackedIntegers(bytes: Uint8Array, count: number): IntegerReader {
  const width = bytes[1] ?? 0;
  const length = 6 + Math.ceil((count * width) / 8);
  if (bytes.length !== length || width > 32) {
    const code = bytes.length > length || width > 32 ? 'file-tensor' : 'file-truncated';
    throw refuse(code, `${length} bytes`, `${bytes.length} of ${width} bits`);
  }
  const smallest = new DataView(bytes.buffer, bytes.byteOffset).getInt32(2, true);
  let position = 6;
  let held = 0;
  let have = 0;
  const take = (bits: number) => {
    for (; have < bits; have += 8) held |= bytes[position++] << have;
    const value = held & ((1 << bits) - 1);
    held >>>= bits;
    have -= bits;
    return value;
  };
  return {
    fill(values) {
      for (let i = 0; i < values.length; i++) {
        values[i] = int32(smallest + (width > 16 ? take(16) + take(width - 16) * 65536 : take(width)));
      }
    },
    end() {
      if (held) throw refuse('file-tensor', 'zeros', `${held}`);
    },
  };
}
