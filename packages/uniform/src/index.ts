// Public API: the method `uniform`, its format and its option types.
export { uniformFormat } from './format.ts';
export type { GrowingLambda } from './growing-lambda.ts';
export type { UniformOptions, UniformSettings, UniformSize, UniformSizes } from './options.ts';
export { uniform } from './uniform.ts';
