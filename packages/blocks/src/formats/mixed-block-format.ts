// The decoder of blocks that a small matrix mixes.
import { type CompressedFormat, floatFactor, type JsonObject } from '@gcompress/core';
import { describeValue } from '@gcompress/core/checks';
import { type MatrixDecoder, mul, reshape, transpose } from '@gcompress/core/decode';
import { assertVersion, fileError, packedTensor } from '@gcompress/core/storage';
import { configDivisor } from './config-divisor.ts';

/** The factors of {@link mixedBlockFormat}. */
export type MixedBlockFactor = 'blocks' | 'mixer';

/**
 * Which inputs make up part j of N: every N-th from input j on (`'interleaved'`), or m/N neighbours (`'contiguous'`). Outputs are
 * contiguous either way.
 */
export type BlockOrder = 'interleaved' | 'contiguous';

const reconstruct: CompressedFormat<MixedBlockFactor>['reconstruct'] = (ops, { blocks, mixer }, { shape, config }) => {
  const [rows, cols] = shape;
  const count = Number(config.blocks);
  const block = ops.reshape(blocks, [count, rows / count, 1, cols / count]);
  const mixed = ops.mul(block, ops.reshape(ops.transpose(mixer), [count, 1, count, 1]));
  return ops.reshape(config.order === 'interleaved' ? ops.transpose(mixed, [1, 0, 2, 3]) : mixed, [rows, cols]);
};

const unpack: CompressedFormat<MixedBlockFactor>['unpack'] = (packed) => {
  assertVersion(packed, 1);
  const [rows, cols] = packed.shape;
  const count = configDivisor('mixed-block', packed.config, 'blocks', rows, cols);
  assertOrder(packed.config);
  const blocks = packedTensor(packed, 'blocks', 'float32', [count, rows / count, cols / count]);
  const mixer = packedTensor(packed, 'mixer', 'float32', [count, count]);
  return { blocks: floatFactor(blocks.shape, blocks.data), mixer: floatFactor(mixer.shape, mixer.data) };
};

/**
 * A matrix of N × N blocks that come from N: part j of the input goes through block j, `yⱼ = xⱼ·blocksⱼ`, and part i of the
 * output mixes what came out, `outᵢ = Σⱼ mixerᵢⱼ·yⱼ`. So block (j, i) of the matrix is `mixerᵢⱼ·blocksⱼ`. Working form:
 * `blocks [N, m/N, n/N]` and `mixer [N, N]`, both trainable.
 *
 * Stored form, version 1: both as float32; config `blocks`, the number N, and `order`, a {@link BlockOrder}.
 *
 * Porting note: the reference has the same in `[m/N, n/N, N]` and `[N, N, K]` and adds up the K mixers, so one says as
 * much. Its matmul operators take interleaved parts and its einsum operator contiguous ones: two functions of the same
 * parameters. Here the order belongs to the matrix, and every operation follows it.
 */
export const mixedBlockFormat: CompressedFormat<MixedBlockFactor> = {
  id: 'mixed-block',
  version: 1,
  reconstruct,
  multiply(ops, x, { blocks, mixer }, { shape, config }) {
    const [rows, cols] = shape;
    const count = Number(config.blocks);
    const parts =
      config.order === 'interleaved'
        ? ops.transpose(ops.reshape(x, [-1, rows / count, count]), [2, 0, 1])
        : ops.transpose(ops.reshape(x, [-1, count, rows / count]), [1, 0, 2]);
    const through = ops.matMul(parts, blocks);
    const mixed = ops.matMul(mixer, ops.reshape(through, [count, -1]));
    return ops.reshape(ops.transpose(ops.reshape(mixed, [count, -1, cols / count]), [1, 0, 2]), [-1, cols]);
  },
  pack: ({ factors: { blocks, mixer } }) => ({
    blocks: { shape: blocks.shape, data: blocks.data },
    mixer: { shape: mixer.shape, data: mixer.data },
  }),
  unpack,
};

/** The part of {@link mixedBlockFormat} that gives dense matrices: all that a page needs which only decodes. */
export const mixedBlockDecoder: MatrixDecoder<MixedBlockFactor> = {
  id: 'mixed-block',
  version: 1,
  operations: [mul, reshape, transpose],
  reconstruct,
  unpack,
};

function assertOrder({ order }: JsonObject): void {
  if (order === 'interleaved' || order === 'contiguous') return;
  throw fileError('file-header', "mixed-block config 'order'", "'interleaved' or 'contiguous'", describeValue(order));
}
