// Stored tensors: their element types, checks of what was read, and integers in as few bits as they need.
export { fileError } from './checks/errors.ts';
export { bitsFor, packBits, packedBytes, unpackBits } from './storage/bits.ts';
export { crc32 } from './storage/crc32.ts';
export { assertVersion, type PackedDtype, packedDtype, packedTensor } from './storage/packed-tensor.ts';
