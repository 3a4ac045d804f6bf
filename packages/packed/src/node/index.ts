// Packed models from paths, for Node.
export { fileSource, packedFile } from './packed-file.ts';
