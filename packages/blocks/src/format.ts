// The decoders of the three methods.
export {
  type BlockDiagonalFactor,
  blockDiagonalDecoder,
  blockDiagonalFormat,
} from './formats/block-diagonal-format.ts';
export { inputOutputDecoder, inputOutputFormat, type Side, type Sides } from './formats/input-output-format.ts';
export {
  type BlockOrder,
  type MixedBlockFactor,
  mixedBlockDecoder,
  mixedBlockFormat,
} from './formats/mixed-block-format.ts';
