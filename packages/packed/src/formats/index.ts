// Decoders of any format, for files whose matrices another method compressed than the built-in one.
export { rowDecoder } from './row-decoder.ts';
