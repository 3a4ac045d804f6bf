// The WebAssembly module: the inner loops, in AssemblyScript.

/*
 * The caller chooses all addresses. The loops do not allocate or check anything. Only rank-one updates handle edges; for all other loops the
 * caller pads strips, panels and rows with zeros. Tiles have eight accumulators of 128 bits; with more, engines spill to the stack and lose
 * half the speed.
 */
export { fitAtom } from './atom-fit';
export { multiplyStrips } from './double-products';
export { roundToLevels } from './level-rounding';
export { lowerNearest, nearestRows, trialSums } from './nearest-rows';
export { turnPairs } from './pair-turns';
export { pursue } from './pursuit';
export { updateThenMultiply, updateThenMultiplySymmetric, updateThenMultiplyTransposed } from './rank-one-updates';
export { rotateBack } from './rotations';
export { addProduct, multiplyGram, multiplySquare, multiplyTransposed } from './single-products';
