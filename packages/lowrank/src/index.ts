// The public API of the package.
export { type AllocateRanksOptions, allocateRanks } from './allocate-ranks.ts';
export { lowRankFormat } from './format.ts';
export { type LowRankOptions, type LowRankSettings, lowRank } from './low-rank.ts';
export {
  type LowRankSparseOptions,
  type LowRankSparseSettings,
  type LowRankSparseSizes,
  lowRankSparse,
} from './low-rank-sparse.ts';
export { breakEvenRank, type RankChoice, type RankSizes, rankFromPercent } from './rank.ts';
export { type LowRankSparseFactor, lowRankSparseFormat } from './sparse-format.ts';
