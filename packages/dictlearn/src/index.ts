// Public API: the method `dictLearn`, its format and its option types.
export { type DictLearnOptions, type DictLearnSettings, dictLearn } from './dict-learn.ts';
export { type DictLearnFactor, dictLearnFormat } from './format.ts';
export type {
  CodeSettings,
  CodeSizeWays,
  NonzerosChoice,
  SizeChoice,
} from './sizes.ts';
