// The format `simhash`: projection, sign bits and scales, with reader and writer of the stored form.
import { type CompressedFormat, floatFactor, type PackedMatrix } from '@gcompress/core';
import { assertElementLimit } from '@gcompress/core/checks';
import type { StoredDecoder } from '@gcompress/core/decode';
import { assertVersion, packedBytes, packedTensor } from '@gcompress/core/storage';
import { readConfig, type SimhashConfig } from './config.ts';
import { denseFromOrthogonal, denseProduct } from './dense.ts';
import { assertProjectionSize, drawGaussian, drawnProjection } from './projection.ts';
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
  if (planes !== 'orthogonal' || !whole) return undefined;
  return denseFromOrthogonal(seed, shape, bits, packSigns(signs.data), scales.data);
};

const unpack: CompressedFormat<SimhashFactor>['unpack'] = (packed) => {
  const { config, projection, signs, scales } = checkedStore(packed);
  const { planes, bits, trainableScales } = config;
  const rows = packed.shape[0];
  return {
    projection: projection
      ? floatFactor([rows, bits], projection, planes === 'fitted')
      : drawnProjection('orthogonal', Number(config.seed), rows, bits),
    signs: floatFactor([bits, scales.length], unpackSigns(signs, bits * scales.length), false),
    scales: floatFactor([scales.length], scales.slice(), trainableScales),
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
export const simhashDecoder: StoredDecoder = {
  id: 'simhash',
  version: 1,
  decode(packed) {
    const { config, projection, signs, scales } = checkedStore(packed);
    return projection
      ? denseProduct(projection, unpackSigns(signs, config.bits * scales.length), scales)
      : denseFromOrthogonal(Number(config.seed), packed.shape, config.bits, signs, scales);
  },
};

/** What is stored, checked: the config, the projection unless it is orthogonal, the bits of the signs, and the scales. */
function checkedStore(packed: PackedMatrix) {
  assertVersion(packed, 1);
  const cols = packed.shape[1];
  const config = readConfig(packed.config);
  const count = config.bits * cols;
  assertElementLimit(count, 'simhash signs');
  const signs = packedTensor(packed, 'signs', 'uint8', [packedBytes(count, 1)]).data as Uint8Array;
  const scales = packedTensor(packed, 'scales', 'float32', [cols]).data;
  return { config, projection: storedProjection(packed, config), signs, scales };
}

/** The projection that was fitted, or drawn from a normal distribution. */
function storedProjection(packed: PackedMatrix, { planes, seed, bits }: SimhashConfig): Float32Array | undefined {
  const rows = packed.shape[0];
  if (planes === 'fitted') return packedTensor(packed, 'projection', 'float32', [rows, bits]).data.slice();
  assertProjectionSize(planes, packed.shape, bits);
  return planes === 'gaussian' ? drawGaussian(seed, rows, bits) : undefined;
}
