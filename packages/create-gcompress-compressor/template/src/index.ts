// The public names of the package.
export { myMethodFormat } from './format.ts';
export { type MyMethodOptions, myMethod } from './my-method.ts';
