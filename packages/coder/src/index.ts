// Public API of the encoder; `./decode` has the decoder.

export { type CodesReader, codesCodec } from './codes/codes-codec.ts';
export { packCodes } from './codes/pack-codes.ts';
export { codedBits, encodeIntegers } from './encode.ts';
export { packedIntegers } from './integers-codec.ts';
export { type LevelPrices, levelPrices } from './level-prices.ts';
export { type Rounded, type Rounding, roundForRate } from './round.ts';
export type { Scaled } from './scaled.ts';
export type { TrellisStates } from './trellis.ts';
