// What a host of compressed matrices needs, such as the integration into TensorFlow.js.

export type {
  HeldAtoms,
  HeldMatrix,
  HeldPoints,
  HeldResiduals,
  HeldRotations,
  Pursuit,
  Sweep,
  Values,
  View,
  View64,
} from './aids/kernels.ts';
export type { TrainingHistory } from './aids/training-history.ts';
export { createCompressedMatrix } from './contract/compressed-matrix.ts';
export { padFactor } from './contract/factors.ts';
export type { FormatAbilities, Grid } from './contract/format-abilities.ts';
export type { CompressionAid } from './contract/matrix-compressor.ts';
export { plannedByteLength } from './contract/planned-byte-length.ts';
export type { InnerFormats, StackedPart } from './stack/stack-formats.ts';
export { dequantizeUint8, quantizeUint8, type Uint8Quantization } from './storage/uint8-baseline.ts';
