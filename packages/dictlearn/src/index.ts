export { type DictLearnOptions, dictLearn } from './dict-learn.ts';
export { type DictLearnFactor, dictLearnFormat } from './format.ts';
export { type SizeChoice, sizesFromPercent } from './sizes.ts';
