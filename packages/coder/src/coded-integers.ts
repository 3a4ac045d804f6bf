// Reader of entropy-coded integers: the decoder of the arithmetic coder for weights.

import { type IntegerReader, int32, refuse } from './integer-reader.ts';
import { bucketAt, observe } from './levels/level-contexts.ts';
import { codeLevel, LevelProbabilities } from './levels/level-model.ts';
import { rangeDecoder } from './range/range-decoder.ts';
import { trellisOfCodec } from './trellis.ts';

/** Codecs 1 to 3: range-coded decisions of the level model, with 0, 4 or 8 trellis states. */
export function readCodedIntegers(bytes: Uint8Array, columns: number): IntegerReader {
  const [rules, spread] = trellisOfCodec(bytes[0]);
  if (!rules.length) throw refuse(bytes.length ? 'unknown-codec' : 'file-truncated', 'codec 0 to 3', `${bytes[0]}`);
  const means = new Uint16Array(columns + 2);
  const above = new Uint8Array(columns + 1);
  const decoder = rangeDecoder(new LevelProbabilities(), bytes.subarray(1), refuse);
  let state = 0;
  let row = 0;
  return {
    fill(values) {
      for (let at = 0; at < values.length; row++) {
        // A row starts from the slow mean
        means[columns] = means[columns + 1];
        for (let column = 0; column < columns; column++) {
          const quantiser = rules[3 * state];
          const index = codeLevel(
            decoder,
            quantiser,
            bucketAt(means, columns, column),
            above[column] + above[column + 1],
            0,
          );
          observe(means, above, row, column, Math.abs(index));
          state = rules[3 * state + 1 + (index & 1)];
          // multipleOf, written out: a page carries only this use of it
          values[at++] = int32(spread * index - quantiser * Math.sign(index));
        }
      }
    },
    end: decoder.end,
  };
}
