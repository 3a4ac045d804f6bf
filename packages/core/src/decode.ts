// What a page needs that only decodes files: dense matrices, without an encoder and without compressed matrices.
export {
  decodeMatrices,
  type FactorDecoder,
  type MatrixDecoder,
  type StoredDecoder,
} from './storage/decode-matrices.ts';
export {
  add,
  type DecoderOperation,
  firstColumns,
  gather,
  matMul,
  mul,
  reshape,
  slice,
  transpose,
} from './tensors/decoder-operations.ts';
