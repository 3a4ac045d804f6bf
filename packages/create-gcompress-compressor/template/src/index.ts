// What the package exports.
export { myMethodFormat } from './format.ts';
export { type MyMethodOptions, myMethod } from './my-method.ts';
