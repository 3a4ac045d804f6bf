export { type BlockDiagonalFactor, blockDiagonalFormat } from './block-diagonal-format.ts';
export { inputOutputFormat, type Side, type Sides } from './input-output-format.ts';
export { type BlockOrder, type MixedBlockFactor, mixedBlockFormat } from './mixed-block-format.ts';
