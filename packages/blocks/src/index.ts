// The public names of the package: blockDiagonal, mixedBlock and inputOutput.
export type { BlockChoice, BlockSizes } from './block-choice.ts';
export { type BlockDiagonalOptions, blockDiagonal } from './block-diagonal.ts';
export type { CommonOptions } from './common-options.ts';
export {
  type BlockDiagonalFactor,
  type BlockOrder,
  blockDiagonalFormat,
  inputOutputFormat,
  type MixedBlockFactor,
  mixedBlockFormat,
  type Side,
  type Sides,
} from './format.ts';
export { type InputOutputOptions, inputOutput } from './input-output.ts';
export { type MixedBlockOptions, type MixedBlockSettings, mixedBlock } from './mixed-block.ts';
export type { NamedSides, SidesChoice, SidesSizes } from './sides-choice.ts';
