// The format `simhash`: projection, sign bits and scales, with reader and writer of the stored form.
import { type CompressedFormat, type Factor, floatFactor, type PackedMatrix } from '@gcompress/core';
import { assertElementLimit } from '@gcompress/core/checks';
import { type MatrixDecoder, matMul, mul } from '@gcompress/core/decode';
import { assertVersion, packedBytes, packedTensor } from '@gcompress/core/storage';
import { type PlanesConfig, readConfig } from './config.ts';
import { denseFromOrthogonal } from './dense.ts';
import { assertProjectionSize, drawnProjection, drawProjection } from './projection.ts';
import { packSigns, unpackSigns } from './sign-bits.ts';

export { type OrthogonalPlanes, orthogonalPlanes, type PlaneBlock } from './planes.ts';

/** The factors of {@link simhashFormat}. */
export type SimhashFactor = 'projection' | 'signs' | 'scales';

const reconstruct: CompressedFormat<SimhashFactor>['reconstruct'] = (ops, { projection, signs, scales }) =>
  ops.mul(ops.matMul(projection, signs), scales);

const dense: CompressedFormat<SimhashFactor>['dense'] = ({ signs, scales }, { shape, config }) => {
  const { planes, seed, bits } = readConfig(config);
  // Hosts may have padded the factors
  const whole = signs.shape[0] === bits && signs.shape[1] === shape[1];
  return planes === 'orthogonal' && whole ? denseFromOrthogonal(seed, shape, bits, signs.data, scales.data) : undefined;
};

const unpack: CompressedFormat<SimhashFactor>['unpack'] = (packed) => {
  assertVersion(packed, 1);
  const cols = packed.shape[1];
  const { bits, trainableScales, ...planes } = readConfig(packed.config);
  assertElementLimit(bits * cols, 'simhash signs');
  const signs = packedTensor(packed, 'signs', 'uint8', [packedBytes(bits * cols, 1)]);
  const scales = packedTensor(packed, 'scales', 'float32', [cols]);
  return {
    projection: readProjection(packed, planes, bits),
    signs: floatFactor([bits, cols], unpackSigns(signs.data, bits * cols), false),
    scales: floatFactor(scales.shape, scales.data.slice(), trainableScales),
  };
};

/**
 * The matrix as `Ŵ = (projection·signs)∘scales`: `projection [m, k]`, `signs [k, n]` of ±1, and one scale a column, `scales [n]`.
 *
 * Stored form, version 1: `signs` as k·n bits, row-major, eight to a byte, and `scales` as float32. A fitted projection is stored
 * as float32. Of any other projection only the seed is stored: a reader draws it again, which takes `4·m·k` bytes of memory.
 */
export const simhashFormat: CompressedFormat<SimhashFactor> = {
  id: 'simhash',
  version: 1,
  reconstruct,
  dense,
  multiply: (ops, x, { projection, signs, scales }) => ops.mul(ops.matMul(ops.matMul(x, projection), signs), scales),
  lookup: (ops, ids, { projection, signs, scales }) => ops.mul(ops.matMul(ops.gather(projection, ids), signs), scales),
  pack({ config, factors: { projection, signs, scales } }) {
    const bytes = packSigns(signs.data);
    const stored = {
      signs: { shape: [bytes.length], data: bytes },
      scales: { shape: scales.shape, data: scales.data },
    };
    return config.planes === 'fitted'
      ? { ...stored, projection: { shape: projection.shape, data: projection.data } }
      : stored;
  },
  unpack,
};

/** The decoder of {@link simhashFormat} alone, for pages that only decode to dense matrices. */
export const simhashDecoder: MatrixDecoder<SimhashFactor> = {
  id: 'simhash',
  version: 1,
  operations: [matMul, mul],
  reconstruct,
  dense,
  unpack,
};

function readProjection(packed: PackedMatrix, { planes, seed }: PlanesConfig, bits: number): Factor {
  const rows = packed.shape[0];
  if (planes === 'fitted') {
    const { shape, data } = packedTensor(packed, 'projection', 'float32', [rows, bits]);
    return floatFactor(shape, data.slice());
  }
  assertProjectionSize(planes, packed.shape, bits);
  if (planes === 'gaussian') return floatFactor([rows, bits], drawProjection(planes, seed, rows, bits), false);
  return drawnProjection(planes, seed, rows, bits);
}
