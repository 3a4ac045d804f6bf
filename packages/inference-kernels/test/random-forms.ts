// Random stored matrices of every format, small enough to multiply by their dense form.
import type {
  CompressedFormat,
  Factor,
  Factorization,
  JsonObject,
  PackedMatrix,
  Random,
  Shape2D,
} from '@gcompress/core';
import { createRandom, floatFactor, indexFactor } from '@gcompress/core';
import { dictLearnFormat } from '@gcompress/dictlearn/format';
import { kMeansFormat } from '@gcompress/kmeans/format';
import { prunedFormat } from '@gcompress/pruning/format';

/** A stored matrix with its format. */
export interface StoredMatrix {
  readonly format: CompressedFormat;
  readonly packed: PackedMatrix;
}

/** Makes a stored matrix of a shape. */
export type RandomForm = (shape: Shape2D, seed: number) => StoredMatrix;

function stored<K extends string>(
  format: CompressedFormat<K>,
  shape: Shape2D,
  config: JsonObject,
  factors: Record<K, Factor>,
): StoredMatrix {
  const tensors = format.pack({ shape, config, factors } as Factorization<K>);
  const packed = { format: format.id, version: format.version, shape, config, tensors };
  return { format: format as unknown as CompressedFormat, packed };
}

const normals = (random: Random, count: number) => Float32Array.from({ length: count }, () => random.normal());
const integers = (random: Random, count: number, below: number) =>
  Int32Array.from({ length: count }, () => Math.floor(random.uniform() * below));

/** One codebook for blocks of this size. */
export const codebookForm =
  (levels: number, blockSize: number): RandomForm =>
  ([rows, cols], seed) => {
    const random = createRandom(seed);
    const size = Math.min(blockSize, cols);
    const blocks = Math.ceil(cols / size);
    const used = Math.min(levels, rows * blocks);
    const config = { blockSize: size, levels: used, groupRows: rows, groupBlocks: blocks };
    return stored(kMeansFormat, [rows, cols], config, {
      codebook: floatFactor([used, size], normals(random, used * size)),
      encoding: indexFactor([rows, blocks], integers(random, rows * blocks, used)),
    });
  };

/** Some entries kept, each with this probability. Some rows are empty. */
export const prunedForm =
  (share: number): RandomForm =>
  ([rows, cols], seed) => {
    const random = createRandom(seed);
    const mask = Float32Array.from({ length: rows * cols }, (_, at) => {
      const isEmpty = Math.floor(at / cols) % 3 === 1;
      return !isEmpty && random.uniform() < share ? 1 : 0;
    });
    return stored(
      prunedFormat,
      [rows, cols],
      { blockHeight: 1, blockWidth: 1 },
      {
        values: floatFactor([rows, cols], normals(random, rows * cols)),
        mask: floatFactor([rows, cols], mask, false),
      },
    );
  };

/** Signals of at most this length over some atoms. Some codes are empty. */
export const dictionaryForm =
  (length: number, atoms: number, most: number, masked: boolean): RandomForm =>
  ([rows, cols], seed) => {
    const random = createRandom(seed);
    const signalLength = Math.min(length, cols);
    const signals = rows * Math.ceil(cols / signalLength);
    const nonzeros = Math.min(most, signalLength, atoms);
    const width = masked ? atoms : nonzeros;
    const codes = new Float32Array(signals * width);
    const support = masked ? new Float32Array(codes.length) : new Int32Array(codes.length);
    for (let signal = 0; signal < signals; signal++) {
      const count = signal % 4 === 2 ? 0 : nonzeros;
      const chosen = random.shuffle(Int32Array.from({ length: atoms }, (_, atom) => atom)).subarray(0, count);
      for (const [i, atom] of chosen.sort().entries()) {
        const at = signal * width + (masked ? atom : i);
        codes[at] = random.normal();
        support[at] = masked ? 1 : atom;
      }
    }
    return stored(
      dictLearnFormat,
      [rows, cols],
      { signalLength, nonzeros, valueBits: 32, masked },
      {
        codes: floatFactor([signals, width], codes),
        support:
          support instanceof Int32Array
            ? indexFactor([signals, width], support)
            : floatFactor([signals, width], support, false),
        atoms: floatFactor([atoms, signalLength], normals(random, atoms * signalLength)),
      },
    );
  };
