// The public names of the package.
export { type Digits, digits, mnist, mnistFolder } from './digits.ts';
export { type IdxArray, readIdx } from './idx.ts';
export type { Part } from './idx-folder.ts';
export { NO_PICTURES, pictures } from './picture-folder.ts';
export { CHANNELS, type Pictures, SIDE } from './pictures.ts';
