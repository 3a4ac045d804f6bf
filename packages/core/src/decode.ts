// What a page needs that only decodes files: dense matrices, without an encoder and without compressed matrices.
export { decodeMatrices, type MatrixDecoder } from './storage/decode-matrices.ts';
