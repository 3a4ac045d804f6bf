// Fits the blocks and the mixer of a mixed-block matrix.
import {
  type CpuTensor,
  cpuOps,
  type Factor,
  floatFactor,
  type Matrix,
  type ProgressOptions,
  partialProgress,
} from '@gcompress/core';
import { truncatedSvd } from '@gcompress/linalg';
import type { BlockOrder, MixedBlockFactor } from '../formats/mixed-block-format.ts';

/**
 * Blocks and mixer with the smallest error. Blocks (j, 0 … N−1) of the matrix, each written as a row, form a matrix
 * `[N, mn/N²]` that `mixer column j ⊗ blocksⱼ` must approximate. The best approximation of rank one (Eckart and Young, 1936) is the
 * solution, so no iteration is needed. Both factors get the same norm.
 */
export function fitMixedBlocks(
  { shape, data }: Matrix,
  count: number,
  order: BlockOrder,
  progress: ProgressOptions,
): Record<MixedBlockFactor, Factor> {
  const [rows, cols] = shape;
  const size = (rows / count) * (cols / count);
  const parts = blocksOf({ shape, data }, count, order);
  const blocks = new Float32Array(count * size);
  const mixer = new Float32Array(count * count);
  for (let j = 0; j < count; j++) {
    const part = parts.data.slice(j * count * size, (j + 1) * count * size) as Float32Array;
    const { u, s, v } = truncatedSvd(
      { shape: [count, size], data: part },
      1,
      partialProgress(progress, j / count, (j + 1) / count),
    );
    const root = Math.sqrt(s[0]);
    for (let i = 0; i < count; i++) mixer[i * count + j] = u[i] * root;
    for (let p = 0; p < size; p++) blocks[j * size + p] = v[p] * root;
  }
  return {
    blocks: floatFactor([count, rows / count, cols / count], blocks),
    mixer: floatFactor([count, count], mixer),
  };
}

/** Blocks (j, i) of the matrix, for part j of the input and part i of the output: `[N, N, m/N, n/N]`. */
function blocksOf(matrix: CpuTensor, count: number, order: BlockOrder): CpuTensor {
  const [rows, cols] = matrix.shape;
  return order === 'interleaved'
    ? cpuOps.transpose(cpuOps.reshape(matrix, [rows / count, count, count, cols / count]), [1, 2, 0, 3])
    : cpuOps.transpose(cpuOps.reshape(matrix, [count, rows / count, count, cols / count]), [0, 2, 1, 3]);
}
