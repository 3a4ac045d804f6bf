// Checks of arguments, in the house's error form, for methods and hosts.

export { assertInputMoments } from './aids/input-moments.ts';
export {
  assertKnownOptions,
  assertNumber,
  assertOneOf,
  assertType,
  describeValue,
  type ExactlyOne,
  exactlyOneOption,
  type NumberRange,
} from './checks/option-checks.ts';
export { assertElementLimit, MAX_ELEMENTS } from './checks/size-limit.ts';
export { assertCompressedMatrix } from './contract/assert-compressed-matrix.ts';
export { assertCompressor } from './contract/assert-compressor.ts';
export { budgetBytes, budgetTooSmall, largestThatFits, type SizeBudget, sizeBudgetOf } from './contract/size-budget.ts';
export { assertFinite, assertMatrix, assertShape2D } from './matrix/matrix.ts';
export { assertSeed } from './matrix/random.ts';
