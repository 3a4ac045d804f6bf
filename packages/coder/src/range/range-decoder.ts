// Decoder of the binary range coder: reads decisions from bytes by the probabilities of a model.
import type { GCompressError } from '@gcompress/core';
import { type BinaryCoder, CODED_BITS, type DecisionModel } from './binary-coder.ts';

/** Reads binary decisions. */
export interface RangeDecoder extends BinaryCoder {
  /**
   * Checks that the stream ends here, and that the register holds the `rest` given to the encoder (default 0).
   *
   * @throws GCompressError the error that `refuse` makes for `file-tensor`.
   */
  end(rest?: number): void;
}

/**
 * A decoder for a stream of the range coder.
 *
 * @param refuse makes the error for a damaged stream: `file-truncated` for missing bytes, also while reading; `file-tensor` for a wrong end.
 */
export function rangeDecoder(
  model: DecisionModel,
  bytes: Uint8Array,
  refuse: (code: string, expected: string, actual: string) => GCompressError,
): RangeDecoder {
  let position = 0;
  let code = 0;
  let range = 0xffffffff;
  const shift = () => {
    if (position >= bytes.length) throw refuse('file-truncated', 'more bytes', 'none');
    code = ((code << 8) | bytes[position++]) >>> 0;
  };
  const narrow = (bound: number): number => {
    const bit = code < bound ? 1 : 0;
    if (bit) range = bound;
    else {
      code -= bound;
      range -= bound;
    }
    while (range < 2 ** 24) {
      shift();
      range *= 256;
    }
    return bit;
  };
  while (position < 4) shift();
  return {
    bit(slot) {
      const bit = narrow((range >>> CODED_BITS) * model.probability(slot));
      model.adapt(slot, bit);
      return bit;
    },
    even: () => narrow(range >>> 1),
    end(rest = 0) {
      if (position === bytes.length && code === rest) return;
      throw refuse('file-tensor', `${position} bytes`, `${bytes.length}, rest ${code - rest}`);
    },
  };
}
