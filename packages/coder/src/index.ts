// The public surface of the encoder.
export { codedBits, encodeIntegers } from './encode.ts';
export { type Rounded, type Rounding, roundForRate, type Scaled } from './round.ts';
export type { TrellisStates } from './trellis.ts';
