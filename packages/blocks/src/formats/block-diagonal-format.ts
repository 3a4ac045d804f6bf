// The decoder of block-diagonal matrices.
import { type CompressedFormat, type Factor, floatFactor, type ReadLimits, type Shape2D } from '@gcompress/core';
import { assertElementLimit, MAX_ELEMENTS } from '@gcompress/core/checks';
import { type MatrixDecoder, mul, reshape } from '@gcompress/core/decode';
import { assertVersion, packedTensor } from '@gcompress/core/storage';
import { configDivisor } from './config-divisor.ts';

/** Values of an identity that a file of any size may unpack to: 4 MiB of float32. */
const FREE_VALUES = 2 ** 20;
/** Values of a larger one for each value that is stored: blocks may be small, but not many thousands of single entries. */
const VALUES_PER_STORED = 1024;

/** The factors of {@link blockDiagonalFormat}. */
export type BlockDiagonalFactor = 'blocks' | 'identity';

const reconstruct: CompressedFormat<BlockDiagonalFactor>['reconstruct'] = (
  ops,
  { blocks, identity },
  { shape, config },
) => {
  const [rows, cols] = shape;
  const count = Number(config.blocks);
  const row = ops.reshape(blocks, [count, rows / count, 1, cols / count]);
  return ops.reshape(ops.mul(row, ops.reshape(identity, [count, 1, count, 1])), [rows, cols]);
};

const unpack: CompressedFormat<BlockDiagonalFactor>['unpack'] = (packed, limits) => {
  assertVersion(packed, 1);
  const [rows, cols] = packed.shape;
  const count = configDivisor('block-diagonal', packed.config, 'blocks', rows, cols);
  const { shape, data } = packedTensor(packed, 'blocks', 'float32', [count, rows / count, cols / count]);
  assertIdentitySize(count, packed.shape, limits);
  return { blocks: floatFactor(shape, data), identity: identityFactor(count) };
};

/**
 * A matrix that is zero outside of N blocks on its diagonal: `x = (x₁ … x_N)` goes to `(x₁·blocks₁ … x_N·blocks_N)`.
 * Working form:
 *
 * - `blocks [N, m/N, n/N]`, trainable;
 * - `identity [N, N]`, which places the blocks where the whole matrix is asked for; not trainable, never stored.
 *
 * Stored form, version 1: `blocks` as float32; config `blocks`, the number N.
 *
 * Porting note: `block_method` 'loop' of the reference; 'mask' is the same map on a dense matrix.
 */
export const blockDiagonalFormat: CompressedFormat<BlockDiagonalFactor> = {
  id: 'block-diagonal',
  version: 1,
  reconstruct,
  multiply(ops, x, { blocks }, { shape, config }) {
    const [rows, cols] = shape;
    const count = Number(config.blocks);
    const parts = ops.transpose(ops.reshape(x, [-1, count, rows / count]), [1, 0, 2]);
    return ops.reshape(ops.transpose(ops.matMul(parts, blocks), [1, 0, 2]), [-1, cols]);
  },
  pack: ({ factors: { blocks } }) => ({ blocks: { shape: blocks.shape, data: blocks.data } }),
  unpack,
};

/** The part of {@link blockDiagonalFormat} that gives dense matrices: all that a page needs which only decodes. */
export const blockDiagonalDecoder: MatrixDecoder<BlockDiagonalFactor> = {
  id: 'block-diagonal',
  version: 1,
  operations: [mul, reshape],
  reconstruct,
  unpack,
};

/**
 * Refuses an identity `[N, N]` that is far larger than the blocks that are stored: above {@link FREE_VALUES}, at most
 * {@link VALUES_PER_STORED} times as many values. Compressors ask before they plan one, so that nothing is made that cannot be read.
 *
 * @throws GCompressError `file-oversized`.
 */
export function assertIdentitySize(count: number, [rows, cols]: Shape2D, { maxElements }: ReadLimits = {}): void {
  const most = Math.max(FREE_VALUES, ((rows * cols) / count) * VALUES_PER_STORED);
  assertElementLimit(count * count, 'block-diagonal identity', Math.min(most, maxElements ?? MAX_ELEMENTS));
}

/** The identity matrix `[size, size]` as a factor that does not train; ask {@link assertIdentitySize} before. */
export function identityFactor(size: number): Factor {
  const data = new Float32Array(size * size);
  for (let i = 0; i < size; i++) data[i * size + i] = 1;
  return floatFactor([size, size], data, false);
}
