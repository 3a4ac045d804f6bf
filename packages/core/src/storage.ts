// Stored tensors: files of them, their element types, checks of what was read, and integers in as few bits as they need.

export { fileError } from './checks/errors.ts';
export type { StorageCodec } from './contract/format-abilities.ts';
export { bitsFor, packBits, packedBytes, unpackBits } from './storage/bits.ts';
export { type FileKind, readTensorFile, writeTensorFile } from './storage/checked-file.ts';
export { crc32 } from './storage/crc32.ts';
export { assertVersion, type PackedDtype, packedDtype, packedTensor } from './storage/packed-tensor.ts';
export type { ArrayTypes, ReadTensors } from './storage/read-safetensors.ts';
export type { WritableTensor } from './storage/write-safetensors.ts';
