// Reader of entropy-coded integers: the decoder of the arithmetic coder for weights.

import { type IntegerReader, int32, refuse } from './integer-reader.ts';
import { codeLevel, LevelModel } from './levels/level-model.ts';
import { rangeDecoder } from './range/range-decoder.ts';
import { multipleOf, trellisOfCodec } from './trellis.ts';

/** Codecs 1 to 3: range-coded decisions of the level model, with 0, 4 or 8 trellis states. */
export function readCodedIntegers(bytes: Uint8Array, columns: number): IntegerReader {
  const trellis = trellisOfCodec(bytes[0]);
  if (!trellis) throw refuse(bytes.length ? 'unknown-codec' : 'file-truncated', 'codec 0 to 3', `${bytes[0]}`);
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
        values[i] = int32(multipleOf(index, quantiser, trellis));
      }
    },
    end: () => decoder.end(),
  };
}
