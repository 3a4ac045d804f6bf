// What a page imports to load a packed model: decoders alone.
export { type PackedLimits, type PackedModelOptions, packedModel } from './packed-model.ts';
export type { NextRows, RowDecoder } from './row-decoder.ts';
export type { PackedSource } from './source.ts';
