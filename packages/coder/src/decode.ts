// Decoder of integer streams, without the encoder, for pages that only read.
import type { GCompressError } from '@gcompress/core';
import { fileError } from '@gcompress/core/storage';
import { codeLevel, LevelModel } from './level-model.ts';
import { rangeDecoder } from './range/range-decoder.ts';
import { multipleOf, TRELLIS_STATES, trellisOf } from './trellis.ts';

export { unpackCodes } from './codes/unpack-codes.ts';

/** Reads a stream of integers in slices of rows. */
export interface IntegerDecoder {
  /**
   * The values of the next `count` rows.
   *
   * @throws GCompressError `invalid-option` for more rows than are left, `file-truncated`, `unknown-codec` or `file-tensor` for a
   * damaged stream; surplus bytes are detected with the last row.
   */
  rows(count: number): Int32Array;
}

/**
 * Decodes a stream of `encodeIntegers` for a matrix of this shape. The caller must limit the shape, because the shape alone
 * decides the allocation: 4 bytes a value.
 *
 * @throws GCompressError `file-truncated` for missing bytes; `unknown-codec` for a codec of another version; `file-tensor` for
 * surplus bytes or values out of range; `invalid-option` when the arguments are not bytes and a shape.
 */
export function decodeIntegers(bytes: Uint8Array, shape: readonly [number, number]): Int32Array {
  return createIntegerDecoder(bytes, shape).rows(shape[0]);
}

/**
 * Decodes a stream in slices of rows, e.g. to keep a page responsive.
 *
 * @throws GCompressError as {@link decodeIntegers}.
 */
export function createIntegerDecoder(bytes: Uint8Array, shape: readonly [number, number]): IntegerDecoder {
  const given =
    Array.isArray(shape) && shape.length === 2 && shape.every((side) => Number.isSafeInteger(side) && side > 0);
  if (!(bytes instanceof Uint8Array && given)) {
    throw refuse('invalid-option', 'bytes and a shape [rows, columns]', 'something else');
  }
  const [rows, columns] = shape;
  const reader = bytes[0] === 0 ? packed(bytes, rows * columns) : coded(bytes, columns);
  let left = rows;
  return {
    rows(count) {
      if (!(Number.isInteger(count) && count >= 0 && count <= left)) {
        throw refuse('invalid-option', `0 to ${left} rows`, typeof count === 'number' ? `${count}` : typeof count);
      }
      const values = new Int32Array(count * columns);
      reader.fill(values);
      left -= count;
      if (left === 0) reader.end();
      return values;
    },
  };
}

interface Reader {
  fill(values: Int32Array): void;
  end(): void;
}

/** Codec 0: the width, the smallest value, then the packed bits, lowest first. */
function packed(bytes: Uint8Array, count: number): Reader {
  const width = bytes[1] ?? 0;
  const length = 6 + (width > 32 ? 0 : Math.ceil((count * width) / 8));
  if (bytes.length !== length) {
    throw refuse(bytes.length < length ? 'file-truncated' : 'file-tensor', `${length} bytes`, `${bytes.length}`);
  }
  if (width > 32) throw refuse('file-tensor', 'at most 32 bits', `${width}`);
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
        const value = smallest + (width > 16 ? take(16) + take(width - 16) * 65536 : take(width));
        if (value > 0x7fffffff) throw refuse('file-tensor', 'int32', `${value}`);
        values[i] = value;
      }
    },
    end() {
      if (held) throw refuse('file-tensor', 'padding of zeros', `${held}`);
    },
  };
}

/** Codecs 1 to 3: range-coded decisions of the level model, with 0, 4 or 8 trellis states. */
function coded(bytes: Uint8Array, columns: number): Reader {
  if (!bytes.length) throw refuse('file-truncated', 'bytes', 'none');
  const states = TRELLIS_STATES[bytes[0] - 1];
  if (states === undefined) throw refuse('unknown-codec', 'codec 0 to 3', `${bytes[0]}`);
  const trellis = trellisOf(states);
  const model = new LevelModel(columns);
  const decoder = rangeDecoder(model, bytes, 1, refuse);
  let state = 0;
  return {
    fill(values) {
      for (let i = 0; i < values.length; i++) {
        const quantiser = trellis.quantiser[state];
        const index = codeLevel(decoder, quantiser, model.bucket(), model.neighbours, 0);
        model.observe(Math.abs(index));
        state = trellis.next[2 * state + (index & 1)];
        const value = multipleOf(index, quantiser, trellis);
        if ((value | 0) !== value) throw refuse('file-tensor', 'int32', `${value}`);
        values[i] = value;
      }
    },
    end: () => decoder.end(),
  };
}

function refuse(code: string, expected: string, actual: string): GCompressError {
  return fileError(code, 'decodeIntegers', expected, actual);
}
