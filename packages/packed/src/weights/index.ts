// The steps of `pack` for single weights, for tools that choose the compressed form of each weight themselves.
export { assertGainsOf } from '../encode/check-gains.ts';
export {
  assertMomentsOf,
  assertWeightMethod,
  chooseMethod,
  MIN_ELEMENTS,
  packableWeight,
} from '../encode/choose-method.ts';
export {
  type Compression,
  type CompressionOptions,
  compressWeight,
  type WeightMatrix,
  weightMatrix,
} from '../encode/compress-weight.ts';
export { equalWeights, summedGains, summedMoments } from '../encode/equal-weights.ts';
export { type ArtifactWeight, joinedArtifacts } from '../encode/join-artifacts.ts';
export { floatValues, type ModelWeight } from '../encode/model-weights.ts';
export { type PackedResult, packWeight, type WeightPacking } from '../encode/pack-weight.ts';
export { type ModelContents, readModel } from '../encode/read-model.ts';
export { differences } from '../encode/report.ts';
export { takingTurns } from '../load/pause.ts';
export { float16Bits } from '../values/float16.ts';
export { REST_DTYPES } from '../values/rest-values.ts';
