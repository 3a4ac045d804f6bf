// The public API of the package.
export { type DictLearnOptions, type DictLearnSettings, dictLearn } from './dict-learn.ts';
export { type DictLearnFactor, dictLearnFormat } from './format.ts';
export type {
  CodeSettings,
  CodeSizeWays,
  NonzerosChoice,
  SizeChoice,
} from './sizes.ts';
