// The public names of the package.
export { kroneckerFormat } from './format.ts';
export { type KroneckerOptions, kronecker } from './kronecker.ts';
