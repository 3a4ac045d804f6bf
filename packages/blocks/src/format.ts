// The decoders of the three methods.
export { type BlockDiagonalFactor, blockDiagonalFormat } from './formats/block-diagonal-format.ts';
export { inputOutputFormat, type Side, type Sides } from './formats/input-output-format.ts';
export { type BlockOrder, type MixedBlockFactor, mixedBlockFormat } from './formats/mixed-block-format.ts';
