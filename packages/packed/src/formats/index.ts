// Decoders of any format, for files that use another method than uniform levels.
export { rowDecoder } from './row-decoder.ts';
