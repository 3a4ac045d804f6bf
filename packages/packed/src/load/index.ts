// Entry for pages that load a packed model: decoders, without any encoder.
export { type PackedLimits, type PackedModelOptions, packedModel } from './packed-model.ts';
export type { NextRows, RowDecoder } from './row-decoder.ts';
export type { OpenSource, PackedSource } from './source.ts';
export { splitSource } from './split-source.ts';
