// The format `uniform`: integer levels times a step, with one step for the matrix or one for each column.

import { encodeIntegers, packedIntegers, type TrellisStates } from '@gcompress/coder';
import { decodeIntegers } from '@gcompress/coder/decode';
import {
  type CompressedFormat,
  type Factor,
  type Factorization,
  floatFactor,
  type MatrixForm,
  type PackedMatrix,
  type PackedTensor,
} from '@gcompress/core';
import { assertElementLimit } from '@gcompress/core/checks';
import { type MatrixDecoder, mul } from '@gcompress/core/decode';
import { assertVersion, fileError, packedTensor } from '@gcompress/core/storage';
import { normalized } from './normalized.ts';

/** Largest unit: if no smaller power of two makes the levels of a damaged factor integers, they are rounded off. */
const LARGEST_UNIT = 2 ** 31;

/** Names of the factors of {@link uniformFormat}. */
export type UniformFactor = 'levels' | 'steps';

const reconstruct: CompressedFormat<UniformFactor>['reconstruct'] = (ops, { levels, steps }) => ops.mul(levels, steps);

/**
 * A matrix of integers, the levels, times a step. Working form:
 *
 * - `levels [m, n]`, float32, not trainable: integers divided by a power of two that brings them into (−1, 1). Gradients of the steps are
 *   then no larger than gradients of entries, which keeps plain gradient descent stable;
 * - `steps [1, 1]` or `[1, n]`, float32, trainable: the steps times this power of two.
 *
 * Stored form, version 1: `steps`, float32 `[1]` or `[n]`; `levels`, bytes of `@gcompress/coder`. Config: `trellis`, the number of states
 * of the dependent quantisation that made the levels, 0 without one.
 */
export const uniformFormat: CompressedFormat<UniformFactor> = {
  id: 'uniform',
  version: 1,
  reconstruct,
  multiply: (ops, x, { levels, steps }) => ops.mul(ops.matMul(x, levels), steps),
  lookup: (ops, ids, { levels, steps }) => ops.mul(ops.gather(levels, ids), steps),
  sharing: ({ shape: [rows, columns], config }) => ({
    steps: { times: config.steps === 'column' ? rows : rows * columns },
  }),
  codec: { decode, encode },
  grid: ({ config }) =>
    config.trellis === 0 ? { factor: 'levels', spacing: (levels) => 1 / unitOf(levels) } : undefined,
  pack,
  unpack,
};

/** The decoder of {@link uniformFormat} alone, for pages that only decode to dense matrices. */
export const uniformDecoder: MatrixDecoder<UniformFactor> = {
  id: 'uniform',
  version: 1,
  operations: [mul],
  reconstruct,
  unpack,
};

function pack({
  factors: { levels, steps },
  shape,
  config,
}: Factorization<UniformFactor>): Record<string, PackedTensor> {
  const states = statesOf({ shape, config });
  const unit = unitOf(levels.data);
  // Many times faster than Int32Array.from with a function
  const integers = (scale: number) => {
    const scaled = new Int32Array(levels.data.length);
    for (let at = 0; at < scaled.length; at++) scaled[at] = levels.data[at] * scale;
    return scaled;
  };
  let scale = unit;
  let coded = encodeIntegers(integers(unit), shape, states);
  if (states !== 0) {
    // The unit halves levels that are all even; the trellis may reach only the even ones
    const doubled = encodeIntegers(integers(2 * unit), shape, states);
    if (doubled.length < coded.length) [scale, coded] = [2 * unit, doubled];
  }
  return {
    steps: { shape: [steps.data.length], data: Float32Array.from(steps.data, (step) => step / scale) },
    levels: { shape: [coded.length], data: coded },
  };
}

/** The least power of two that makes all levels integers. */
function unitOf(levels: ArrayLike<number>): number {
  let unit = 1;
  for (let at = 0; at < levels.length; at++) {
    while (unit < LARGEST_UNIT && !Number.isInteger(levels[at] * unit)) unit *= 2;
  }
  return unit;
}

/** The levels as packed bits, which are one of the codecs of their stream, so that `unpack` reads them as they are. */
function decode(packed: PackedMatrix): PackedMatrix | undefined {
  const { coded, states } = checkedStore(packed);
  const data = packedIntegers(coded, packed.shape, states);
  if (data === coded) return packed;
  return data && { ...packed, tensors: { ...packed.tensors, levels: { shape: [data.length], data } } };
}

function encode(decoded: PackedMatrix): Readonly<Record<string, PackedTensor>> {
  const { coded, states } = checkedStore(decoded);
  const data = encodeIntegers(decodeIntegers(coded, decoded.shape), decoded.shape, states);
  return { ...decoded.tensors, levels: { shape: [data.length], data } };
}

/** What a stored matrix says, before its levels are decoded. */
function checkedStore(packed: PackedMatrix) {
  assertVersion(packed, 1);
  const { shape, config } = packed;
  const [rows, columns] = shape;
  const states = statesOf({ shape, config });
  const count = config.steps === 'column' ? columns : 1;
  const steps = packedTensor(packed, 'steps', 'float32', [count]);
  const coded = packedTensor(packed, 'levels', 'uint8', [null]);
  assertElementLimit(rows * columns, 'uniform levels');
  return { states, steps, count, coded: coded.data };
}

function unpack(packed: PackedMatrix): Record<UniformFactor, Factor> {
  const { steps, count, coded } = checkedStore(packed);
  const [rows, columns] = packed.shape;
  const { levels, unit } = normalized(decodeIntegers(coded, packed.shape));
  return {
    levels: floatFactor([rows, columns], levels, false),
    steps: floatFactor(
      [1, count],
      steps.data.map((step) => step * unit),
    ),
  };
}

function statesOf({ config }: MatrixForm): TrellisStates {
  const { trellis, steps } = config;
  const known = trellis === 0 || trellis === 4 || trellis === 8;
  if (known && (steps === 'matrix' || steps === 'column')) return trellis;
  const expected = "trellis 0, 4 or 8, steps 'matrix' or 'column'";
  throw fileError('file-header', 'uniform config', expected, JSON.stringify({ trellis, steps }).slice(0, 80));
}
