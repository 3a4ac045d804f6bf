// The public surface of the encoder.
export { type CostModel, createCostModel } from './cost-model.ts';
export { codedBits, encodeIntegers } from './encode.ts';
