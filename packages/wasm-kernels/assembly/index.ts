// The WebAssembly module: the inner loops, in AssemblyScript.

/*
 * The loops read and write numbers at addresses that the caller lays out. Nothing here allocates or checks, and only rank-one updates
 * handle edges: strips, panels and rows of all else are padded with zeros by the caller. Tiles have eight accumulators of 128 bits; with
 * more of them, engines spill to the stack and lose half the speed.
 */
export { multiplyStrips } from './double-products';
export { updateThenMultiply, updateThenMultiplySymmetric, updateThenMultiplyTransposed } from './rank-one-updates';
export { rotateBack } from './rotations';
export { multiplyGram, multiplySquare, multiplyTransposed } from './single-products';
