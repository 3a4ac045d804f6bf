export { type Digits, digits, mnist } from './digits.ts';
export { type IdxArray, readIdx } from './idx.ts';
