// What a page imports to load a packed model: decoders alone.
export { type PackedLimits, type PackedModelOptions, packedModel } from './packed-model.ts';
export type { NextRows, RowDecoder } from './row-decoder.ts';
export type { OpenSource, PackedSource } from './source.ts';
export { splitSource } from './split-source.ts';
