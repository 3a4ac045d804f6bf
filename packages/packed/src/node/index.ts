// Packed models from paths, for Node.
export { packedFile } from './packed-file.ts';
