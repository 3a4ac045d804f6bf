// Public API: the method `simhash`, its format, its option types, and the percent rule for tensors.
export {
  type BitsChoice,
  type BitsSizes,
  bitsFromPercentOfColumns,
} from './bits-choice.ts';
export type { PlanesConfig, SimhashConfig } from './config.ts';
export { type SimhashFactor, simhashFormat } from './format.ts';
export { type SimhashOptions, type SimhashSettings, simhash } from './simhash.ts';
export type { ScaleRule } from './sketch.ts';
